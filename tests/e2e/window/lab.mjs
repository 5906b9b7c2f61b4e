// A real PBX of the lab (tests/lab), on ports of its own, for one test alone.

import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Manager } from './manager.mjs';
import { until } from './webdriver.mjs';

const run = promisify(execFile);
const SCRIPT = resolve(fileURLToPath(import.meta.url), '../../../lab/pbx');
/** It waits until its standard input closes, which a killed test does as well as a finished one. */
const UNDERTAKER = 'read _; "$0" down --instance "$1"; rm -rf "$1"';

export class Pbx {
  #instance;
  #undertaker;
  #env = {};

  static async start() {
    const pbx = new Pbx();
    pbx.#instance = await mkdtemp(join(tmpdir(), 'ringside-lab-'));
    // What stops the test, as a whole group of processes, is not to stop this one.
    const apart = { detached: true, stdio: ['pipe', 'ignore', 'ignore'] };
    pbx.#undertaker = spawn('sh', ['-c', UNDERTAKER, SCRIPT, pbx.#instance], apart);
    const { stdout } = await pbx.#script('up', '--auto');
    pbx.#env = Object.fromEntries(stdout.split('\n').map((line) => line.split(/=(.*)/).slice(0, 2)));
    return pbx;
  }

  async stop() {
    this.#undertaker.stdin.end();
    if (this.#undertaker.exitCode === null) await once(this.#undertaker, 'exit');
  }

  /** A setting of the instance, by its name without `RINGSIDE_PBX_`. */
  setting(name) {
    return this.#env[`RINGSIDE_PBX_${name}`];
  }

  /** An account of the PBX's, as a settings file has it. */
  account(name, number = name) {
    const host = this.setting('BIND');
    return `[[account]]
id = "${name}"
aor = "sip:${number}@${host}"
registrar = "${host}:${this.setting('SIP_PORT')}"
username = "${name}"
password = "secret-${name}"
transport = "udp"
`;
  }

  /** The account of somebody outside who has that number: calls to numbers outside come there. */
  outsider(number, name) {
    return `${this.account('trunk', number)}display_name = "${name}"\n`;
  }

  /** What a settings file says of the manager interface. */
  manager(user) {
    return `[pbx]
driver = "ami"
address = "${this.setting('BIND')}:${this.setting('AMI_PORT')}"
username = "${user}"
secret = "secret-ami"
recordings = "${this.setting('MONITOR_DIR')}"
`;
  }

  /** A line to the manager interface that hears everything. */
  listen() {
    return Manager.login(this.setting('BIND'), Number(this.setting('AMI_PORT')), 'ringside-all', 'secret-ami');
  }

  /** What the console answers. */
  async cli(command) {
    return (await this.#script('cli', command)).stdout;
  }

  /** The channels of telephones: `[{ name, state, application, data, bridge }]`. */
  async channels() {
    const lines = (await this.cli('core show channels concise')).split('\n');
    const channels = lines.map((line) => {
      const [name, , , , state, application, data, , , , , , bridge] = line.split('!');
      return { name, state, application, data, bridge };
    });
    // Text messages have a channel, too, which stays.
    return channels.filter(({ name }) => name.startsWith('PJSIP/'));
  }

  /** Waits until the channels fit, and returns what `fits` says. */
  async untilChannels(what, fits) {
    let channels;
    const fit = async () => fits((channels = await this.channels()));
    return until(what, fit).catch((error) => {
      throw new Error(`${error.message}; the PBX has ${JSON.stringify(channels)}`);
    });
  }

  /** Waits until no channel is left. */
  untilQuiet() {
    return this.untilChannels('no channel is left', (channels) => channels.length === 0);
  }

  #script(...args) {
    return run(SCRIPT, [...args, '--instance', this.#instance]);
  }
}
