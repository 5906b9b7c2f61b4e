// The real program in its real window, as a person meets it: what is on the screen, the tray and the notifications.

import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Session, until } from './webdriver.mjs';

const sh = promisify(execFile);
const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '../../..');
const TRAY = join(ROOT, 'tests/e2e/tray.py');

export const BINARY = resolve(process.env.RINGSIDE ?? join(ROOT, 'target/debug/ringside'));
export const ARTEFACTS = join(ROOT, 'artefacts');

const DIAL = 'form.dial input';

export class Ringside {
  #session;
  #home;

  /** Starts it as a newcomer does: no settings, no account. */
  static async start(...args) {
    const ringside = new Ringside();
    const home = (ringside.#home = join(process.env.DESKTOP_HOME, 'ringside'));
    await mkdir(home, { recursive: true });
    await mkdir(ARTEFACTS, { recursive: true });
    // The driver tells nobody how the program ended, so a shell in between writes it down.
    const launcher = join(home, 'launch');
    await writeFile(launcher, `#!/bin/sh\n'${BINARY}' "$@" 2>'${home}/log'\necho $? >'${home}/status'\n`);
    await chmod(launcher, 0o755);
    ringside.#session = await Session.open(launcher, args);
    return ringside;
  }

  get page() {
    return this.#session;
  }

  // --- what the desk says

  async snapshot() {
    const { ok, refusal } = await this.#session.invoke('snapshot');
    if (refusal) throw new Error(`${refusal.code}: ${refusal.detail}`);
    return ok;
  }

  async registered() {
    return until('an account is registered', async () =>
      (await this.snapshot()).accounts.find(({ registration }) => registration === 'registered'),
    );
  }

  /** Waits for a call that passes, `{ state: 'active' }` for instance. */
  async call(wanted, boundMs) {
    const passes = (call) => Object.entries(wanted).every(([key, value]) => call[key] === value);
    return until(
      `a call is ${JSON.stringify(wanted)}`,
      async () => (await this.snapshot()).calls.find(passes),
      boundMs,
    );
  }

  // --- what a person does in the window

  async dial(number) {
    await this.#session.type(DIAL, `${number}\n`);
  }

  click(label) {
    return this.#session.click(`button[aria-label^="${label}"], button.${label.toLowerCase().replaceAll(' ', '-')}`);
  }

  text() {
    return this.#session.run('return document.body.innerText');
  }

  /** Waits until the window shows a text. */
  async shows(pattern, boundMs) {
    return until(`the window shows ${pattern}`, async () => pattern.exec(await this.text()), boundMs);
  }

  // --- what is around the window

  async screenshot(name) {
    const file = join(ARTEFACTS, `${name}.png`);
    await sh('import', ['-window', 'root', file]);
    return file;
  }

  async onScreen() {
    return sh('xdotool', ['search', '--onlyvisible', '--name', '^Ringside$']).then(
      () => true,
      () => false,
    );
  }

  /** Presses what closes a window, with the window in front. */
  async closeWindow() {
    await sh('xdotool', ['search', '--onlyvisible', '--name', '^Ringside$', 'windowactivate', '--sync']);
    await sh('xdotool', ['key', 'alt+F4']);
  }

  async tray() {
    const { stdout } = await sh('/usr/bin/python3', [TRAY, 'labels']);
    return stdout.trimEnd().split('\n');
  }

  async chooseInTray(label) {
    await sh('/usr/bin/python3', [TRAY, 'click', label]);
  }

  async notifications() {
    const { stdout } = await sh('dunstctl', ['count', 'displayed']);
    return Number(stdout);
  }

  /** Starts the program once more and returns its exit status. */
  async startAgain(...args) {
    const again = spawn(BINARY, args, { stdio: 'ignore' });
    const [status] = await once(again, 'exit');
    return status;
  }

  async exitStatus(boundMs) {
    const file = join(this.#home, 'status');
    await until('the program has left', () => existsSync(file), boundMs);
    return Number(await until('its status is written', () => readFile(file, 'utf8')));
  }

  log() {
    return readFile(join(this.#home, 'log'), 'utf8');
  }

  close() {
    return this.#session.close();
  }
}
