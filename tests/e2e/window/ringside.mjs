// The real program in its real window, as a person meets it: what is on the screen, in the tray, in a notification.

import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Session, until } from './webdriver.mjs';

const run = promisify(execFile);
const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '../../..');
const TRAY = join(ROOT, 'tests/e2e/tray.py');
const ARTEFACTS = join(ROOT, 'artefacts');
/** The program under test. */
export const BINARY = resolve(process.env.RINGSIDE ?? join(ROOT, 'target/debug/ringside'));
const TITLE = '^Ringside$';
/** The key, in the code points of WebDriver §17.4.2. */
const ENTER = '\uE007';

/** Starts the program and waits until it leaves: `{ status, complaint }`. */
export async function start(args, env = process.env, binary = BINARY) {
  const program = spawn(binary, args, { stdio: ['ignore', 'ignore', 'pipe'], env });
  let complaint = '';
  program.stderr.on('data', (chunk) => (complaint += chunk));
  const [status] = await once(program, 'close');
  return { status, complaint };
}

/** Whether there was a process to take the signal. */
function signal(pid, name) {
  try {
    return process.kill(pid, name);
  } catch {
    return false;
  }
}

export class Ringside {
  #page;
  #home = join(process.env.DESKTOP_HOME, 'ringside');

  /** Starts it as a newcomer does, with no settings and no account, unless `args` say otherwise. */
  static async start(...args) {
    const ringside = new Ringside();
    await mkdir(ringside.#home, { recursive: true });
    await mkdir(ARTEFACTS, { recursive: true });
    ringside.#page = await Session.open(await ringside.#launcher(), args);
    await ringside.#page.watchPolicy();
    return ringside;
  }

  /** The driver tells nobody which program it started and how that ended, so a shell in between writes it down. */
  async #launcher() {
    await rm(join(this.#home, 'status'), { force: true });
    const file = join(this.#home, 'launch');
    const lines = [`'${BINARY}' "$@" 2>'${this.#home}/log' &`, `echo $! >'${this.#home}/pid'`, 'wait $!'];
    await writeFile(file, ['#!/bin/sh', ...lines, `echo $? >'${this.#home}/status'`].join('\n'));
    await chmod(file, 0o755);
    return file;
  }

  // --- in the window

  /** Waits until the page shows what a CSS selector finds and returns its text. */
  async shows(selector, boundMs) {
    const text = () => this.#page.visibleText(selector);
    return until(`the window shows ${selector}`, async () => (await text()) !== null, boundMs).then(text);
  }

  /** Waits until nothing that a CSS selector finds is visible. */
  async hides(selector, boundMs) {
    const gone = async () => (await this.#page.visibleText(selector)) === null;
    await until(`the window no longer shows ${selector}`, gone, boundMs);
  }

  async dial(number) {
    await this.#page.type('form.dial input', number + ENTER);
  }

  /** Clicks the button of that name. */
  async press(name) {
    await this.#page.click(name);
  }

  /** What the page did against its content security policy. */
  complaints() {
    return this.#page.complaints();
  }

  /** Milliseconds from the start of the process to the first pixels of the page. */
  async firstPaintMs(startedAt) {
    const [origin, paint] = await until('the page has been painted', () =>
      this.#page.run(`const [paint] = performance.getEntriesByType('paint');
        return paint && [performance.timeOrigin, paint.startTime];`),
    );
    return origin + paint - startedAt;
  }

  /** Does something in another of its windows, the one with that page. */
  within(page, act) {
    return this.#page.within(page, act);
  }

  // --- behind the window

  /** Asks the desk as the page does: `['snapshot']`, or `['intent', { intent }]`. */
  async ask(command, args) {
    const { ok, refusal } = await this.#page.invoke(command, args);
    if (refusal) throw Object.assign(new Error(refusal.detail ?? refusal), refusal);
    return ok;
  }

  async registered() {
    const accounts = async () => (await this.ask('snapshot')).accounts;
    const registered = async () => (await accounts()).find(({ registration }) => registration === 'registered');
    return until('an account is registered', registered);
  }

  /** Waits for a call that is like `wanted`, `{ state: 'active' }` for instance. */
  async call(wanted, boundMs) {
    const isLike = (call) => Object.entries(wanted).every(([key, value]) => call[key] === value);
    const call = async () => (await this.ask('snapshot')).calls.find(isLike);
    return until(`a call is ${JSON.stringify(wanted)}`, call, boundMs);
  }

  // --- around the window

  async screenshot(name) {
    const file = join(ARTEFACTS, `${name}.png`);
    await run('import', ['-window', 'root', file]);
    return relative(process.cwd(), file);
  }

  onScreen() {
    const search = run('xdotool', ['search', '--onlyvisible', '--name', TITLE]);
    return search.then(
      () => true,
      () => false,
    );
  }

  /** Where the window stands on the screen, `"150,97"`. */
  async place() {
    const { stdout } = await run('xdotool', ['search', '--onlyvisible', '--name', TITLE, 'getwindowgeometry']);
    return /Position: (\S+)/.exec(stdout)?.[1];
  }

  /** The title of the window that has the keyboard. */
  async inFront() {
    const { stdout } = await run('xdotool', ['getactivewindow', 'getwindowname']).catch(() => ({ stdout: '' }));
    return stdout.trim();
  }

  /** Presses the keys that close a window, with this one in front. */
  async closeWindow() {
    await this.bring();
    await run('xdotool', ['key', 'alt+F4']);
    await until('the window is off the screen', async () => !(await this.onScreen()));
  }

  /** Gives the window the keyboard, as a click on it does. */
  async bring() {
    await run('xdotool', ['search', '--onlyvisible', '--name', TITLE, 'windowactivate', '--sync']);
  }

  /** The lines of the tray's menu. */
  async tray() {
    const { stdout } = await run('/usr/bin/python3', [TRAY, 'labels']);
    return stdout.trimEnd().split('\n');
  }

  async chooseInTray(label) {
    await run('/usr/bin/python3', [TRAY, 'click', label]);
  }

  async notifications() {
    const { stdout } = await run('dunstctl', ['count', 'displayed']);
    return Number(stdout);
  }

  /** Presses the first button, Answer, Call or Hang up, on the notification that is up. */
  async answerNotification() {
    await run('dunstctl', ['context']);
  }

  /** What the notification that came last says: its summary. */
  async lastNotification() {
    const { stdout } = await run('dunstctl', ['history']);
    return JSON.parse(stdout).data[0][0]?.summary.data;
  }

  // --- its processes

  /** Starts the program once more, as a click on a link does. */
  startAgain(...args) {
    return start(args);
  }

  async exitStatus(boundMs) {
    const status = () => readFile(join(this.#home, 'status'), 'utf8').catch(() => '');
    return Number(await until('the program has left', status, boundMs));
  }

  get driverPid() {
    return this.#page.pid;
  }

  /** What it wrote to stderr. */
  log() {
    return readFile(join(this.#home, 'log'), 'utf8');
  }

  /** The driver ends the shell in between; a program that nobody quit is ended here. */
  async close() {
    await this.#page.close();
    const pid = Number(await readFile(join(this.#home, 'pid'), 'utf8'));
    if (signal(pid, 'SIGTERM')) await until('the program has left', () => !signal(pid, 0), 5000);
  }
}
