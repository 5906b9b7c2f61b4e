// The caller card's window, on the screen and behind it.

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { until } from './webdriver.mjs';

const run = promisify(execFile);
const PAGE = 'card.html';
const SCREEN = { width: 1280, height: 900 };
/** How far from the corner it may stand. */
const NEAR = 40;

export class CardWindow {
  title = 'Ringside caller';
  #ringside;

  constructor(ringside) {
    this.#ringside = ringside;
  }

  // --- on the screen

  onScreen() {
    return this.#window().then(
      () => true,
      () => false,
    );
  }

  comes(boundMs) {
    return until('the card comes', () => this.onScreen(), boundMs);
  }

  /** `{ x, y, width, height }` */
  async place() {
    const { stdout } = await run('xdotool', ['getwindowgeometry', '--shell', await this.#window()]);
    const [x, y, width, height] = ['X', 'Y', 'WIDTH', 'HEIGHT'].map((name) =>
      Number(new RegExp(`^${name}=(.*)$`, 'm').exec(stdout)[1]),
    );
    return { x, y, width, height };
  }

  async isInCorner() {
    const { x, y, width, height } = await this.place();
    const gaps = [SCREEN.width - x - width, SCREEN.height - y - height];
    return gaps.every((gap) => gap >= 0 && gap <= NEAR);
  }

  async isOnTop() {
    const { stdout } = await run('xprop', ['-id', await this.#window(), '_NET_WM_STATE']);
    return stdout.includes('_NET_WM_STATE_ABOVE') && stdout.includes('_NET_WM_STATE_SKIP_TASKBAR');
  }

  /** Takes it by its upper edge and moves it. */
  async drag([right, down]) {
    const { x, y, width } = await this.place();
    const [fromX, fromY] = [x + width / 2, y + 12];
    const steps = [1, 2, 3, 4].map((step) => [fromX + (right * step) / 4, fromY + (down * step) / 4]);
    await run('xdotool', ['mousemove', `${fromX}`, `${fromY}`, 'mousedown', '1', 'sleep', '0.2']);
    for (const [toX, toY] of steps) await run('xdotool', ['mousemove', `${toX}`, `${toY}`, 'sleep', '0.1']);
    await run('xdotool', ['mouseup', '1']);
    await until('it has moved', async () => Math.abs((await this.place()).x - x) > 50);
  }

  async close() {
    await run('xdotool', ['windowactivate', '--sync', await this.#window(), 'key', 'alt+F4']);
  }

  async #window() {
    const { stdout } = await run('xdotool', ['search', '--onlyvisible', '--name', `^${this.title}$`]);
    return stdout.trim();
  }

  // --- behind it

  /** It is made a moment after the main window. */
  isMade() {
    return this.#within((page) => page.watchPolicy());
  }

  /** What the page did against its content security policy. */
  complaints() {
    return this.#within((page) => page.complaints());
  }

  text() {
    return this.#within((page) => page.run('return document.body.innerText'));
  }

  /** Presses the button of that name by a script, as it may be out of reach of a mouse while hidden. */
  press(name) {
    return this.#within((page) => page.click(name));
  }

  /** Clicks into the field for notes with the mouse, as a person does. */
  async clickNote() {
    const middle = () =>
      this.#within((page) =>
        page.run(`const field = document.querySelector('textarea');
          if (!field) return null;
          const { x, y, width, height } = field.getBoundingClientRect();
          return [x + width / 2, y + height / 2];`),
      );
    const [right, down] = await until('a field for notes', middle);
    const { x, y } = await this.place();
    await run('xdotool', ['mousemove', `${x + right}`, `${y + down}`, 'click', '1']);
  }

  /** Asks the shell from the card's page. */
  ask(command, args) {
    return this.#within(async (page) => {
      const { ok, refusal } = await page.invoke(command, args);
      if (refusal) throw new Error(refusal.detail ?? refusal);
      return ok;
    });
  }

  /** The last card that was drawn on the screen. */
  painted() {
    return this.#within((page) => page.run('return document.documentElement.dataset.painted'));
  }

  #within(act) {
    return this.#ringside.within(PAGE, act);
  }
}
