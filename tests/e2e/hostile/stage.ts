// Everybody who has a part: the desk with a call of which nobody may learn, its PBX, the agent, the attackers' browser
// and sockets, and an honest page that wants to go on working.

import { chromium, type Browser, type BrowserContext, type Page } from '@playwright/test';
import { startHeadless, type Headless } from '../browser/headless';
import { Agent } from './agent';
import { Honest } from './honest';
import { Pbx } from './pbx';
import { Raw } from './raw';
import { Site } from './site';

/** What an attacker does. */
export interface Attack {
  name: string;
  /** Does it, and gives in a few words what came of it. Throws what must not be. */
  does(stage: Stage): Promise<string>;
  /** It makes so much noise that an honest click is tried meanwhile. */
  loud?: boolean;
  /** It waits more than it works, and does not mind others beside it. */
  aside?: boolean;
}

/** A caller of whom nothing may be learned. */
export const SECRET = { name: 'Quillfeather Canary', number: '4930117734219', aor: 'canarydesk' };

/** The one site that is paired, beside those of the honest clicks. */
export const PAIRED = 'https://crm.example';

/** More of these than of anything else would be a flood of questions. */
export const MOST_PROMPTS = 8;

const HONEST_SITES = 40;

export class Stage {
  /** Bytes that an attacker could read. */
  overheard = 0;
  readonly leaks: string[] = [];
  readonly raw: Raw;
  private number = 0;

  private constructor(
    readonly desk: Headless,
    readonly pbx: Pbx,
    readonly agent: Agent,
    readonly site: Site,
    readonly browser: Browser,
    readonly honest: Honest,
  ) {
    this.raw = new Raw(this.port, (text) => this.overhears(text));
  }

  static async set(): Promise<Stage> {
    const [pbx, site] = [await Pbx.start(), await Site.start()];
    const honest = Array.from({ length: HONEST_SITES }, (_, i) => site.origin(`crm-${i}.example`));
    const account = `[[account]]\nid = "work"\naor = "sip:${SECRET.aor}@${pbx.address}"\n`;
    const origins = JSON.stringify([PAIRED, ...honest]);
    const desk = await startHeadless({ localApi: `callto = "ask"\norigins = ${origins}`, sections: account });
    const agent = await Agent.watch(desk);
    const [browser, theirs] = [await browse(), await browse()];
    return new Stage(desk, pbx, agent, site, browser, new Honest(theirs, site, desk.api, honest, pbx, agent));
  }

  /** The secret call comes in, is answered, and waits: a page may not dial while the agent talks. */
  async talk(): Promise<void> {
    const talking = this.pbx.callDesk(SECRET.name, SECRET.number);
    await this.agent.shows('the secret call', ({ calls }) => calls.some(({ state }) => state === 'ringing'));
    await this.agent.intent({ type: 'answer' });
    await talking;
    await this.agent.shows('the secret call answered', ({ calls }) => calls.some(({ state }) => state === 'active'));
    for (const { id } of (await this.agent.snapshot()).calls) await this.agent.intent({ type: 'hold', call: id });
    await this.agent.shows('the secret call on hold', ({ calls }) => calls.some(({ state }) => state === 'held'));
  }

  get port(): number {
    return Number(new URL(this.desk.api).port);
  }

  get token(): string {
    return this.desk.token;
  }

  /** A number that nobody has asked for yet. */
  fresh(): string {
    this.number += 1;
    return `9${String(this.number).padStart(6, '0')}`;
  }

  /** Somebody who is not trusted has this in hand. */
  overhears(text: string) {
    this.overheard += text.length;
    const plain = text.toLowerCase();
    const secrets = [SECRET.number, SECRET.name.toLowerCase(), SECRET.aor, this.token.toLowerCase()];
    for (const secret of secrets) {
      if (plain.includes(secret)) this.leaks.push(`${secret} in ${JSON.stringify(text.slice(0, 300))}`);
    }
  }

  /** A page of an attacker, open in a real browser; everything the desk answers it is overheard. */
  async evil(content: string, name = 'evil.example'): Promise<Page> {
    const page = await this.visitor();
    await page.goto(`${this.site.origin(name)}${this.site.page(content)}`);
    return page;
  }

  /** A browser window of its own, on which `close` must be called. */
  async visitor(): Promise<Page> {
    const context = await this.browser.newContext();
    listen(context, this);
    return context.newPage();
  }

  async strike() {
    await Promise.all([this.browser.close(), this.honest.stop()]);
    await this.desk.stop();
    this.site.stop();
    this.pbx.stop();
  }
}

/** Opaque or not: what the desk sends to a page is in the memory of that page's process. */
function listen(context: BrowserContext, stage: Stage) {
  context.on('response', (response) => {
    if (new URL(response.url()).port !== String(stage.port)) return;
    stage.overhears(JSON.stringify(response.headers()));
    // Not every kind of answer keeps its body for us.
    response.text().then(
      (text) => stage.overhears(text),
      () => {},
    );
  });
}

/** Without the browser's own protection of what is on this machine: older ones have none, and here it would hide ours. */
function browse(): Promise<Browser> {
  const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
  const unprotected = '--disable-features=LocalNetworkAccessChecks,LocalNetworkAccessChecksWebSockets';
  const names = '--host-resolver-rules=MAP *.example 127.0.0.1';
  return chromium.launch({ executablePath, args: ['--no-sandbox', unprotected, names] });
}
