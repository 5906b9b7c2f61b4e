// Somebody else's phone: a `ringside-headless` with a voice, and an ear that is written down.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { BINARY } from './ringside.mjs';
import { level, readWav, tone, wav } from './tones.mjs';
import { until } from './webdriver.mjs';

const HEADLESS = process.env.RINGSIDE_HEADLESS ?? join(dirname(BINARY), 'ringside-headless');
/** Longer than any story. */
const VOICE_S = 200;

export class Colleague {
  #home;
  #process;
  #ready;
  #token;

  /** Opens the accounts of these settings; what it says is a tone. */
  static async start(accounts, voiceHz) {
    const colleague = new Colleague();
    await colleague.#open(accounts, voiceHz);
    const registered = async () => (await colleague.snapshot()).accounts[0].registration === 'registered';
    await until('a colleague is registered', registered);
    return colleague;
  }

  async #open(accounts, voiceHz) {
    this.#home = await mkdtemp(join(process.env.DESKTOP_HOME, 'colleague-'));
    const file = (name) => join(this.#home, name);
    await writeFile(file('voice.wav'), wav(tone(voiceHz, VOICE_S)));
    await writeFile(
      file('settings.toml'),
      `version = 1
[local_api]
port = 0
[webhook]
listen = "127.0.0.1:0"
${accounts}
[audio]
microphone = ["wav:${file('voice.wav')}"]
speaker = ["wav:${file('ear.wav')}"]
ring = ["null"]
echo_cancellation = false
noise_suppression = false
automatic_gain = false
`,
    );
    const args = ['--settings', file('settings.toml'), '--data', file('data')];
    // No keychain: each keeps its passwords in its own folder.
    const { DBUS_SESSION_BUS_ADDRESS: _, XDG_RUNTIME_DIR: __, ...env } = process.env;
    this.#process = spawn(HEADLESS, args, { stdio: ['ignore', 'pipe', 'ignore'], env: { ...env, HOME: this.#home } });
    const [first] = await once(createInterface({ input: this.#process.stdout }), 'line');
    this.#ready = JSON.parse(first).ready;
    this.#token = (await readFile(this.#ready.token_file, 'utf8')).trim();
  }

  async stop() {
    this.#process.kill();
    if (this.#process.exitCode === null) await once(this.#process, 'exit');
  }

  // --- its calls

  snapshot() {
    return this.#api('snapshot');
  }

  ask(type, details) {
    return this.#api('intent', { method: 'POST', body: JSON.stringify({ type, ...details }) });
  }

  /** Waits for a call that is like `wanted`, `{ state: 'active' }` for instance. */
  call(wanted) {
    const isLike = (call) => Object.entries(wanted).every(([key, value]) => call[key] === value);
    const call = async () => (await this.snapshot()).calls.find(isLike);
    return until(`a colleague's call is ${JSON.stringify(wanted)}`, call);
  }

  /** Waits until the phone rings, and answers. */
  async answers() {
    const { id } = await this.call({ state: 'ringing', direction: 'inbound' });
    await this.ask('answer', { call: id });
    return this.call({ id, state: 'active' });
  }

  async #api(path, request = {}) {
    const headers = { authorization: `Bearer ${this.#token}`, 'content-type': 'application/json' };
    const answer = await fetch(`${this.#ready.local_api}/v1/${path}`, { headers, ...request });
    const body = await answer.json();
    if (!answer.ok) throw new Error(`${path} ${request.body ?? ''}: ${JSON.stringify(body)}`);
    return body;
  }

  // --- its ear

  /** How loud a tone has been in its ear just now, in a quarter of a second. */
  async hears(hz) {
    const sound = await readFile(join(this.#home, 'ear.wav')).catch(() => null);
    return sound ? level(readWav(sound), hz) : 0;
  }
}
