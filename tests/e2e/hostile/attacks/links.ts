// tel: links: by the hundred, and with things in them that are no number. The way of a link is the same whether the system
// hands it over or a program with the token does.

import { startHeadless } from '../../browser/headless';
import { Agent } from '../agent';
import type { Attack, Stage } from '../stage';

const MANY = 500;
/** A flood that lasts longer than links have to be apart. */
const STEADY_MS = 9_000;

async function setLinks(stage: Stage, links: 'dial' | 'ask') {
  const { status, body } = await stage.agent.intent({ type: 'set_click_to_call', links });
  if (status !== 200) throw new Error(`links = ${links} is refused: ${body}`);
}

async function open(agent: Agent, link: string): Promise<{ status: number; call?: string; prompt?: string }> {
  const { status, body } = await agent.intent({ type: 'open_link', link });
  return { status, ...(JSON.parse(body) as { call?: string; prompt?: string }) };
}

/** On a desk that has seen no link yet, and has nothing better to do than to dial this one: gives what came of it. */
async function openFirst(link: string): Promise<{ status: number; asks: boolean; dialled?: string }> {
  const desk = await startHeadless();
  try {
    const agent = await Agent.watch(desk);
    await agent.shows('that it is registered', ({ accounts: [account] }) => account?.registration === 'registered');
    const { status, prompt } = await open(agent, link);
    const { calls } = await agent.snapshot();
    return { status, asks: prompt !== undefined, dialled: calls[0]?.peer.number };
  } finally {
    await desk.stop();
  }
}

/** Links that must ask or be refused even where links may dial. */
const WICKED: [said: string, link: string][] = [
  ['emergency', 'tel:112'],
  ['emergency in disguise', 'tel:1-1.2'],
  ['emergency in Persian digits', 'tel:۱۱۲'],
  ['emergency behind escapes', 'tel:%31%31%32'],
  ['another domain', 'sip:evil@evil.example'],
  ['another domain behind a phone number', 'sip:+74952294989@evil.example;user=phone'],
  ['another domain by phone-context', 'tel:100;phone-context=evil.example'],
  ['Replaces', 'sip:100@evil.example?Replaces=1%3Bto-tag%3D2%3Bfrom-tag%3D3'],
  ['a header', 'sip:100@evil.example?X-Evil=1&Route=%3Csip:evil.example%3E'],
  ['a line end', 'tel:100%0d%0aX-Evil:%201'],
  ['a line end in the extension', 'tel:+74952294989;ext=1%0d%0aX-Evil:%201'],
  ['NUL', 'tel:100%00'],
  ['a feature code', 'tel:*21*74952294989%23'],
  ['a premium number', 'tel:+19005551234'],
  ['a file', 'file:///etc/passwd'],
  ['our own port', 'http://127.0.0.1:4059/callto?number=100'],
  ['an option', '--settings=/tmp/evil.toml'],
  ['10 kB', `tel:${'1'.repeat(10_000)}`],
  ['a right-to-left override', 'tel:%E2%80%AE001'],
];

/** Junk with a digit in it. The digit may be dialled, as `tel:1` would be, and nothing but the digit. */
const JUNK: [said: string, link: string][] = [
  ['another scheme', 'javascript:alert(1)'],
  ['a script', 'tel:<script>alert(1)</script>'],
  ['a query', 'tel:1?Replaces=x&X-Evil=1'],
  ['a shell', 'tel:1$(reboot)'],
];

const wicked = WICKED.map(([said, link]): Attack => ({
  name: `link: ${said}`,
  does: async () => {
    const { status, asks, dialled } = await openFirst(link);
    if (dialled !== undefined) throw new Error(`it dials ${dialled}`);
    return asks ? 'asks' : String(status);
  },
}));

const junk = JUNK.map(([said, link]): Attack => ({
  name: `link, junk: ${said}`,
  does: async () => {
    const { status, asks, dialled } = await openFirst(link);
    if (dialled !== undefined && !/^\+?\d+$/.test(dialled)) throw new Error(`it dials ${dialled}`);
    return asks ? 'asks' : dialled === undefined ? String(status) : `dials ${dialled}, as tel:${dialled} would`;
  },
}));

export const LINKS: Attack[] = [
  ...[...wicked, ...junk].map((attack) => ({ ...attack, aside: true })),
  {
    name: `tel: links for ${STEADY_MS / 1_000} s where links dial: the first one does, as a click would`,
    does: async (stage) => {
      const first = stage.fresh();
      stage.honest.numbers.add(first);
      const { call } = await open(stage.agent, `tel:${first}`);
      if (!call) throw new Error('the first one did not dial');
      return `1 dialled, then ${await flood(stage, STEADY_MS)}`;
    },
  },
  {
    name: `${MANY} tel: links where links ask`,
    loud: true,
    does: async (stage) => {
      await setLinks(stage, 'ask');
      const words = await flood(stage);
      await setLinks(stage, 'dial');
      return words;
    },
  },
  {
    name: `a page clicks ${MANY} tel: links by script`,
    loud: true,
    does: async (stage) => {
      const links = Array.from({ length: MANY }, () => `<a href="tel:${stage.fresh()}">x</a>`).join('');
      const page = await stage.evil(links);
      await page.evaluate(`document.querySelectorAll('a').forEach((a) => a.click())`);
      await page.evaluate(`for (let i = 0; i < 20; i += 1) { const f = document.createElement('iframe');
        f.src = 'tel:' + i; document.body.append(f); window.open('tel:' + i); }`);
      await page.context().close();
      return 'the browser asks its user before it opens any';
    },
  },
];

/** At least so many, for at least so long. */
async function flood(stage: Stage, ms = 0): Promise<string> {
  let [asked, refused] = [0, 0];
  for (const began = Date.now(); asked + refused < MANY || Date.now() - began < ms;) {
    const { status, prompt, call } = await open(stage.agent, `tel:${stage.fresh()}`);
    if (call) throw new Error(`one more dialled after ${Date.now() - began} ms`);
    if (prompt) asked += 1;
    else if (status === 429) refused += 1;
    else throw new Error(`a link is answered ${status}`);
  }
  return `${asked} asked, ${refused} × 429`;
}
