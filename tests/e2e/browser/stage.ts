// The stage of these stories: the built window in Chromium, on the real desk, on the practice PBX.

import { expect, test as base, type Locator, type Page } from '@playwright/test';
import { startHeadless } from './headless';
import { serveWindow } from './site';

export { expect };

/** What a person sees of the window, and does. */
export class Window {
  constructor(
    readonly page: Page,
    private readonly origin: string,
    private readonly token: string,
    private readonly api: string,
  ) {}

  async open() {
    await this.page.goto(`${this.origin}/#token=${this.token}`);
  }

  get field(): Locator {
    return this.page.getByRole('textbox').first();
  }

  /** The card of a call, by name or number. */
  card(name: string | RegExp): Locator {
    return this.page.getByRole('article', { name });
  }

  get incoming(): Locator {
    return this.page.locator('section.incoming');
  }

  /** What asks the agent first. */
  get question(): Locator {
    return this.page.locator('section.prompt');
  }

  /** Asks as a page of `origin` does; a click shows in a header that no script can set. */
  async pageAsks(number: string, origin?: string, clicked = false) {
    return this.page.request.get(`${this.api}/callto?number=${encodeURIComponent(number)}`, {
      headers: { ...(origin && { Origin: origin }), ...(clicked && { 'Sec-Fetch-User': '?1' }) },
    });
  }

  /** Asks to be allowed; the answer comes with the agent's. */
  async pagePairs(origin: string) {
    return this.page.request.post(`${this.api}/v1/pair`, { headers: { Origin: origin } });
  }

  async dial(number: string) {
    await this.field.fill(number);
    await this.field.press('Enter');
  }

  /** Asks the desk behind the window's back, as a script would. */
  async ask(intent: Record<string, unknown>) {
    const headers = { Authorization: `Bearer ${this.token}` };
    const response = await this.page.request.post(`${this.origin}/v1/intent`, {
      data: intent,
      headers,
    });
    expect(response.ok(), await response.text()).toBe(true);
  }

  /** Waits until the practice account is registered. */
  async ready() {
    await expect(this.page.locator('header .account')).toContainText(/Ready|На линии|آماده/);
  }
}

export const test = base.extend<{ window: Window }>({
  window: async ({ page }, use) => {
    const desk = await startHeadless();
    const site = await serveWindow(desk.api);
    const complaints: string[] = [];
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
    // As in the app, where Tauri freezes it.
    await page.addInitScript(() => Object.freeze(Object.prototype));
    const window = new Window(page, site.origin, desk.token, desk.api);
    await window.open();
    await use(window);
    await page.close();
    await site.stop();
    await desk.stop();
    // A refused intent is an answer, not a fault of the window.
    expect(complaints.filter((text) => !/status of (409|400)/.test(text))).toEqual([]);
  },
});
