// The stage of these stories: real pages of every kind in Chromium, and a real desk of its own for each story.

import { chromium, expect, test as base, type Browser, type Page } from '@playwright/test';
import { startHeadless } from '../browser/headless';
import type { Kind, Permission } from './kinds';
import { Site, type Content } from './site';

export { expect };

interface Prompt {
  id: string;
  kind: string;
  origin: string | null;
  clicked: boolean;
  preview: { dialled: string } | null;
}

interface Call {
  id: string;
  state: string;
  peer: { number: string };
  started_by: string | null;
}

interface Shown {
  prompts: Prompt[];
  calls: Call[];
}

/** The desk as the agent sees it. */
export class Desk {
  private constructor(private readonly headless: Awaited<ReturnType<typeof startHeadless>>) {}

  static async start(): Promise<Desk> {
    const desk = new Desk(await startHeadless());
    await expect.poll(async () => (await desk.ask('/v1/snapshot')).accounts[0].registration).toBe('registered');
    return desk;
  }

  /** `http://127.0.0.1:…` */
  get api(): string {
    return this.headless.api;
  }

  get port(): string {
    return new URL(this.api).port;
  }

  async shown(): Promise<Shown> {
    const { prompts, calls } = await this.ask('/v1/snapshot');
    return { prompts, calls };
  }

  /** Waits for a question and gives it. */
  async question(): Promise<Prompt> {
    await expect.poll(async () => (await this.shown()).prompts.length, 'the agent is asked').toBe(1);
    return (await this.shown()).prompts[0]!;
  }

  /** Waits for a call and gives it. */
  async call(): Promise<Call> {
    await expect.poll(async () => (await this.shown()).calls.length, 'the phone dials').toBe(1);
    return (await this.shown()).calls[0]!;
  }

  intent(intent: Record<string, unknown>) {
    return this.ask('/v1/intent', JSON.stringify(intent));
  }

  stop(): Promise<void> {
    return this.headless.stop();
  }

  private async ask(path: string, body?: string) {
    const method = body === undefined ? 'GET' : 'POST';
    const headers = { Authorization: `Bearer ${this.headless.token}` };
    const answer = await fetch(this.api + path, { method, headers, body });
    expect(answer.ok, await answer.clone().text()).toBe(true);
    return answer.json();
  }
}

/** Opens a page of a kind; its browser has been asked before whether the page may reach this machine. */
export type Visit = (kind: Kind, content: Content) => Promise<Page>;

export const test = base.extend<{ desk: Desk; visit: Visit }, { site: Site; chrome: Browser }>({
  site: [
    async ({}, use) => {
      const site = await Site.start();
      await use(site);
      site.stop();
    },
    { scope: 'worker' },
  ],
  chrome: [
    async ({ site }, use) => {
      const chrome = await chromium.launch({
        executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
        args: [
          '--no-sandbox',
          '--ignore-certificate-errors',
          '--host-resolver-rules=MAP *.example 127.0.0.1',
          `--ip-address-space-overrides=${site.spaces}`,
        ],
      });
      await use(chrome);
      await chrome.close();
    },
    { scope: 'worker' },
  ],
  desk: async ({}, use) => {
    const desk = await Desk.start();
    await use(desk);
    await desk.stop();
  },
  visit: async ({ site, chrome }, use) => {
    const context = await chrome.newContext({ ignoreHTTPSErrors: true });
    await use(async (kind, content) => {
      const page = await context.newPage();
      if (kind.permission) {
        await decide(chrome, page, site.origin(kind), kind.permission);
        // On another page of the site: what a test does to a page counts as a click.
        site.content = { html: '' };
        await page.goto(site.origin(kind));
        expect(await permission(page)).toBe(kind.permission);
      }
      site.content = content;
      await page.goto(site.origin(kind));
      return page;
    });
    await context.close();
  },
});

/** Answers the browser's question whether the page may reach this machine, before it is asked. */
async function decide(chrome: Browser, page: Page, origin: string, setting: Permission) {
  if (setting === 'granted') return page.context().grantPermissions(['local-network-access'], { origin });
  const own = await page.context().newCDPSession(page);
  const { browserContextId } = (await own.send('Target.getTargetInfo')).targetInfo;
  const session = await chrome.newBrowserCDPSession();
  const permission = { name: 'loopback-network' };
  await session.send('Browser.setPermission', { permission, setting, origin, browserContextId });
}

const permission = (page: Page) =>
  page.evaluate(async () => {
    const { state } = await navigator.permissions.query({ name: 'loopback-network' as PermissionName });
    return state;
  });
