// What must go on working whatever the others do: a paired page that dials, and a person who clicks a link.

import type { Browser, Page } from '@playwright/test';
import type { Agent } from './agent';
import type { Pbx } from './pbx';
import type { Site } from './site';

/** How long a click may take here. The bar itself belongs to the bench: these two cores also run browsers. */
const BAR_MS = 3_000;

export class Honest {
  /** Every number that was dialled with good reason. */
  readonly numbers = new Set<string>();
  /** From click to INVITE, or to the agent's being asked, of every click so far. */
  readonly times: number[] = [];
  private readonly pages: Page[] = [];
  private turn = 0;

  constructor(
    private readonly browser: Browser,
    private readonly site: Site,
    private readonly api: string,
    private readonly paired: string[],
    private readonly pbx: Pbx,
    private readonly agent: Agent,
  ) {
    site.page(
      `<a href="#">call</a><script>
        const link = document.querySelector('a');
        link.addEventListener('click', (event) => {
          clicked = Date.now();
          if (link.dataset.fetch) { event.preventDefault(); fetch(link.dataset.fetch).catch(() => {}); }
        });
      </script>`,
      '/crm',
    );
  }

  /** One fetch of a paired page, one clicked link of a paired page, one of a page nobody knows; gives the slowest, in ms. */
  async clicks(): Promise<number> {
    const times = [await this.click('fetch'), await this.click('link'), await this.click('stranger')];
    this.times.push(...times);
    return Math.max(...times);
  }

  async stop() {
    await this.browser.close();
  }

  private async click(by: 'fetch' | 'link' | 'stranger'): Promise<number> {
    const page = await this.page();
    this.turn += 1;
    const number = `8${String(this.turn).padStart(6, '0')}`;
    // Each from a site of its own, so that none uses up its allowance.
    const origin = this.paired[this.turn % this.paired.length] ?? '';
    await page.goto(`${by === 'stranger' ? this.site.origin(`new-${this.turn}.example`) : origin}/crm`);
    const link = `${this.api}/callto?number=${number}`;
    await page.evaluate(
      ([link, by]) => {
        const a = document.querySelector('a') as HTMLAnchorElement;
        if (by === 'fetch') a.dataset.fetch = link;
        else a.href = link ?? '';
      },
      [link, by],
    );
    // A link proves nothing, so it asks, whosever it is.
    const dials = by === 'fetch';
    if (dials) this.numbers.add(number);
    await page.click('a');
    const clicked = await page.evaluate('clicked');
    const at = dials ? (await this.pbx.until(number, BAR_MS)).at : await this.asked(number);
    const took = at - Number(clicked);
    if (took > BAR_MS) throw new Error(`an honest ${by} took ${took} ms`);
    await this.over();
    return took;
  }

  /** When the agent was asked. The answer is no, so that the next is asked as well. */
  private async asked(number: string): Promise<number> {
    const { id, at } = await this.agent.until(number, BAR_MS);
    await this.agent.intent({ type: 'dismiss_prompt', prompt: id });
    return at;
  }

  /** Only one call can be placed at a time. */
  private async over() {
    await this.agent.shows('the end of an honest call', ({ calls }) => calls.every(({ state }) => !PLACING.has(state)));
  }

  private async page(): Promise<Page> {
    const [page = await this.browser.newPage()] = this.pages;
    if (!this.pages.length) this.pages.push(page);
    return page;
  }
}

const PLACING = new Set(['dialing', 'ringing', 'early', 'ending']);
