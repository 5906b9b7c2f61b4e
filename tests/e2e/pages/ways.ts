// The ways in which a page can ask for a call, and what each comes to.

import type { Page } from '@playwright/test';
import type { Kind } from './kinds';

/**
 * What happens at the desk: it dials at once; it asks the agent, naming the site; it asks without knowing the site; or
 * nothing.
 */
export type Outcome = 'dials' | 'asks' | 'asks, nameless' | 'nothing';

export interface Way {
  name: string;
  /** The page, for a desk at `api`. */
  html(api: string): string;
  /** The browser vouches that somebody clicked. */
  clicked: boolean;
  /** It is a navigation: it leaves the browser whatever the page may otherwise reach, and is answered by nothing. */
  navigates: boolean;
  /** What a stranger's page and a paired one come to, where the browser lets the request out. */
  comesTo(kind: Kind): Verdicts;
}

type Verdicts = Record<'stranger' | 'paired', Outcome>;

/** The site itself asks. */
const NAMED: Verdicts = { stranger: 'asks', paired: 'dials' };
/** A click began there; where it led on the way here no browser tells. */
const BEGAN: Verdicts = { stranger: 'asks', paired: 'asks' };
const NAMELESS: Verdicts = { stranger: 'asks, nameless', paired: 'asks, nameless' };

/** By itself a browser names an https page to nobody who is less secure. */
const ifHttp =
  (verdicts: Verdicts) =>
  ({ scheme }: Kind) =>
    scheme === 'http' ? verdicts : NAMELESS;
const always = () => NAMED;
const never = () => NAMELESS;

const url = (api: string) => `${api}/callto?number=700`;
const script = (code: string) => `<script>function done(how) { document.title = 'done: ' + how; } ${code}</script>`;
const request = (api: string, path: string, init: string) =>
  script(`fetch('${api}${path}', ${init}).then(() => done('answered'), () => done('failed'))`);

const click = { clicked: true, navigates: true };
const load = { clicked: false, navigates: false };

export const WAYS: Way[] = [
  { name: 'link', html: (api) => `<a id="go" href="${url(api)}">700</a>`, comesTo: ifHttp(BEGAN), ...click },
  {
    name: 'link, `target=_blank`',
    html: (api) => `<a id="go" target="_blank" href="${url(api)}">700</a>`,
    comesTo: ifHttp(BEGAN),
    ...click,
  },
  {
    name: 'link, `referrerpolicy="origin"`',
    html: (api) => `<a id="go" referrerpolicy="origin" href="${url(api)}">700</a>`,
    comesTo: () => BEGAN,
    ...click,
  },
  {
    name: '`location=` in a click',
    html: (api) => `<button id="go" onclick="location = '${url(api)}'">700</button>`,
    comesTo: ifHttp(BEGAN),
    ...click,
  },
  {
    name: '`location=` by script alone',
    html: (api) => script(`addEventListener('load', () => setTimeout(() => (location = '${url(api)}')))`),
    comesTo: never,
    clicked: false,
    navigates: true,
  },
  {
    name: 'form, GET',
    html: (api) => `<form action="${api}/callto"><input name="number" value="700"><button id="go">700</button></form>`,
    comesTo: ifHttp(BEGAN),
    ...click,
  },
  {
    name: 'form, POST',
    html: (api) =>
      `<form method="post" action="${api}/callto"><input name="number" value="700"><button id="go">700</button></form>`,
    comesTo: ifHttp(NAMED),
    ...click,
  },
  {
    name: 'image',
    html: (api) => `${script('')}<img src="${url(api)}" onload="done('loaded')" onerror="done('failed')">`,
    comesTo: never,
    ...load,
  },
  {
    name: 'iframe',
    html: (api) => `${script('')}<iframe src="${url(api)}" onload="done('loaded')"></iframe>`,
    comesTo: never,
    ...load,
  },
  {
    name: '`fetch`, GET',
    html: (api) => request(api, '/callto?number=700', '{}'),
    comesTo: always,
    ...load,
  },
  {
    name: '`fetch`, GET, `no-cors`',
    html: (api) => request(api, '/callto?number=700', `{ mode: 'no-cors' }`),
    comesTo: never,
    ...load,
  },
  {
    name: '`fetch`, POST',
    html: (api) => request(api, '/callto', `{ method: 'POST', body: new URLSearchParams({ number: '700' }) }`),
    comesTo: always,
    ...load,
  },
  {
    name: '`fetch`, JSON intent',
    html: (api) =>
      request(
        api,
        '/v1/intent',
        `{ method: 'POST', headers: { 'Content-Type': 'application/json' }, body: '{"type":"dial","target":"700"}' }`,
      ),
    comesTo: () => ({ stranger: 'nothing', paired: 'dials' }),
    ...load,
  },
  {
    name: '`sendBeacon`',
    html: (api) =>
      // A beacon tells nothing of its fate; a request after it does.
      script(`navigator.sendBeacon('${api}/callto', new URLSearchParams({ number: '700' }));`) +
      request(api, '/v1/openapi.json', `{ mode: 'no-cors' }`),
    comesTo: always,
    ...load,
  },
];

/** Does it, where the page does not do it by itself, and waits until the page knows as much as it ever will. */
export async function go(page: Page, way: Way) {
  if (way.clicked) await page.locator('#go').click({ noWaitAfter: true });
  if (!way.navigates) await page.waitForFunction(() => document.title.startsWith('done'));
}
