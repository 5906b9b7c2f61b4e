// The floor's window: who talks to whom, and what a supervisor does about it.

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { until } from './webdriver.mjs';

const run = promisify(execFile);
const PAGE = 'floor.html';

export class FloorWindow {
  title = 'Ringside floor';
  #ringside;

  constructor(ringside) {
    this.#ringside = ringside;
  }

  /** Opens it from the main window, as a person does, and waits until it is on the screen. */
  async open() {
    await this.#ringside.press('Open the floor');
    await until('the floor comes', () => this.onScreen());
    await this.#within((page) => page.watchPolicy());
  }

  onScreen() {
    const search = run('xdotool', ['search', '--onlyvisible', '--name', `^${this.title}$`]);
    return search.then(
      () => true,
      () => false,
    );
  }

  /** Gives it the keyboard, as a click on it does. */
  async bring() {
    await run('xdotool', ['search', '--onlyvisible', '--name', `^${this.title}$`, 'windowactivate', '--sync']);
  }

  async close() {
    await this.bring();
    await run('xdotool', ['key', 'alt+F4']);
    await until('the floor goes', async () => !(await this.onScreen()));
  }

  /** Waits until it shows what a CSS selector finds and returns its text. */
  shows(selector) {
    const text = () => this.#within((page) => page.visibleText(selector));
    return until(`the floor shows ${selector}`, async () => (await text()) !== null).then(text);
  }

  async hides(selector) {
    const gone = async () => (await this.#within((page) => page.visibleText(selector))) === null;
    await until(`the floor no longer shows ${selector}`, gone);
  }

  /** Clicks what a CSS selector finds. */
  clicks(selector) {
    return this.#within((page) => page.clickOn(selector));
  }

  types(selector, text) {
    return this.#within((page) => page.type(selector, text));
  }

  /** How high the letters are that a CSS selector finds, in pixels. */
  letters(selector) {
    return this.#within((page) =>
      page.run('return parseFloat(getComputedStyle(document.querySelector(arguments[0])).fontSize)', selector),
    );
  }

  /** What the page did against its content security policy. */
  complaints() {
    return this.#within((page) => page.complaints());
  }

  /** Asks the shell from the floor's page. */
  ask(command, args) {
    return this.#within(async (page) => {
      const { ok, refusal } = await page.invoke(command, args);
      if (refusal) throw new Error(refusal.detail ?? refusal);
      return ok;
    });
  }

  #within(act) {
    return this.#ringside.within(PAGE, act);
  }
}
