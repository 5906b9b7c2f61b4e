// ringside.js on every kind of page, with a policy that lets it reach the desk and nothing else.

import { createServer } from 'node:http';
import type { Page } from '@playwright/test';
import { KINDS, type Kind } from './kinds';
import type { Content } from './site';
import { expect, test, type Desk } from './stage';

const NUMBERS = `
  <a id="link" href="tel:700">700</a> <span id="mark" data-call="701">a voice</span>
  <a id="nobody" href="tel:712">nobody</a>`;

function content(desk: Desk): Content {
  return {
    html: `<script src="/ringside.js" data-port="${desk.port}" defer></script>${NUMBERS}`,
    policy: `default-src 'none'; script-src 'self'; img-src data:; connect-src ${desk.api}`,
  };
}

const shows = (page: Page, id: string, state: string) =>
  expect(page.locator(`#${id}`)).toHaveAttribute('data-ringside-state', state);

const secure = ({ scheme, host }: Kind) => scheme === 'https' || host === 'localhost';

/** The page hands a number to the system. */
const systemLink = (page: Page) => page.waitForEvent('request', (asked) => asked.url().startsWith('tel:'));

const note = (kind: string, who: string, outcome: string, way = '`ringside.js`') => ({
  type: 'cell',
  description: JSON.stringify({ kind, way, who, outcome }),
});

for (const kind of KINDS) {
  if (kind.reaches) {
    test(`${kind.name}: ringside.js, a stranger, asks once and dials after the yes`, async ({
      desk,
      site,
      visit,
    }, info) => {
      const page = await visit(kind, content(desk));
      await page.locator('#link').dblclick();
      await shows(page, 'link', 'asking');
      const prompt = await desk.question();
      expect(prompt).toMatchObject({ origin: site.origin(kind), preview: { dialled: '700' } });
      await desk.intent({ type: 'confirm', prompt: prompt.id, consent: 'always' });
      const call = await desk.call();
      expect(call).toMatchObject({ peer: { number: '700' }, started_by: site.origin(kind) });
      await shows(page, 'link', 'active');
      await desk.intent({ type: 'hang_up', call: call.id });
      await shows(page, 'link', 'ended');
      await expect(page.locator('#link')).toHaveAttribute('data-ringside-reason', 'hung_up');

      await page.locator('#mark').press('Enter');
      await expect
        .poll(async () => (await desk.shown()).calls.map(({ peer }) => peer.number).sort())
        .toEqual(['700', '701']);
      expect((await desk.shown()).prompts).toEqual([]);
      info.annotations.push(note(kind.name, 'stranger', 'asks'));
    });

    test(`${kind.name}: ringside.js, paired, dials at once`, async ({ desk, site, visit }, info) => {
      await desk.intent({ type: 'pair_origin', origin: site.origin(kind) });
      const page = await visit(kind, content(desk));
      await page.locator('#link').dblclick();
      expect(await desk.call()).toMatchObject({ peer: { number: '700' }, started_by: site.origin(kind) });
      await shows(page, 'link', 'active');
      expect((await desk.shown()).prompts).toEqual([]);
      expect(page.url()).toBe(`${site.origin(kind)}/`);
      info.annotations.push(note(kind.name, 'paired', 'dials'));
    });

    test(`${kind.name}: ringside.js, refused, says so and does not work around it`, async ({ desk, visit }) => {
      const page = await visit(kind, content(desk));
      const links: string[] = [];
      page.on('request', (asked) => asked.url().startsWith('tel:') && links.push(asked.url()));
      await page.locator('#link').click();
      const { id } = await desk.question();
      await desk.intent({ type: 'dismiss_prompt', prompt: id });
      await shows(page, 'link', 'refused');
      expect(await desk.shown()).toEqual({ prompts: [], calls: [] });
      expect(links).toEqual([]);
    });
  } else {
    test(`${kind.name}: ringside.js falls back to tel:`, async ({ desk, site, visit }, info) => {
      await desk.intent({ type: 'pair_origin', origin: site.origin(kind) });
      const page = await visit(kind, content(desk));
      const [asked] = await Promise.all([systemLink(page), page.locator('#mark').click()]);
      expect(asked.url()).toBe('tel:701');
      await shows(page, 'mark', 'fallback');
      await expect(page.locator('#mark')).toHaveAttribute(
        'data-ringside-reason',
        secure(kind) ? 'blocked' : 'unreachable',
      );
      expect(await desk.shown()).toEqual({ prompts: [], calls: [] });
      for (const who of ['stranger', 'paired']) info.annotations.push(note(kind.name, who, 'tel: link'));
    });
  }

  test(`${kind.name}: ringside.js with Ringside off falls back to tel:`, async ({ desk, visit }, info) => {
    const page = await visit(kind, content(desk));
    await desk.stop();
    const reason = !secure(kind) ? 'unreachable' : kind.reaches ? 'off' : 'blocked';
    const refused: string[] = [];
    page.on('console', (message) => /Not allowed to launch/.test(message.text()) && refused.push(message.text()));
    const [asked] = await Promise.all([systemLink(page), page.locator('#link').click()]);
    expect(asked.url()).toBe('tel:700');
    await shows(page, 'link', 'fallback');
    await expect(page.locator('#link')).toHaveAttribute('data-ringside-reason', reason);
    expect(refused).toEqual([]);
    for (const who of ['stranger', 'paired']) {
      info.annotations.push(note(kind.name, who, 'tel: link', '`ringside.js`, Ringside off'));
    }
  });
}

for (const kind of KINDS.filter(({ reaches }) => reaches)) {
  test(`${kind.name}: ringside.js with another program at the port falls back to tel:`, async ({ desk, visit }) => {
    const page = await visit(kind, content(desk));
    await desk.stop();
    const other = createServer((_asked, answer) => answer.end('hello'));
    await new Promise<void>((listening) => other.listen(Number(desk.port), '127.0.0.1', listening));
    const [asked] = await Promise.all([systemLink(page), page.locator('#link').click()]);
    expect(asked.url()).toBe('tel:700');
    await shows(page, 'link', 'fallback');
    await expect(page.locator('#link')).toHaveAttribute('data-ringside-reason', secure(kind) ? 'off' : 'unreachable');
    other.closeAllConnections();
    await new Promise((closed) => other.close(closed));
  });
}

test('ringside.js follows a call that nobody answers, and says how it ended', async ({ desk, site, visit }) => {
  const [kind] = KINDS;
  await desk.intent({ type: 'pair_origin', origin: site.origin(kind!) });
  const page = await visit(kind!, content(desk));
  await page.evaluate(() => {
    const states: string[] = [];
    Object.assign(window, { states });
    window.Ringside.on('state', ({ state }) => states.push(state));
  });
  await page.locator('#nobody').click();
  await shows(page, 'nobody', 'ringing');
  await desk.intent({ type: 'hang_up', call: (await desk.call()).id });
  await shows(page, 'nobody', 'ended');
  await expect(page.locator('#nobody')).toHaveAttribute('data-ringside-reason', 'cancelled');
  const states = await page.evaluate(() => (window as unknown as { states: string[] }).states);
  expect(states).toEqual(['asking', 'dialing', 'ringing', 'ended']);
  await expect(page.getByRole('status')).toHaveText('Call ended');
});

test('one yes lets a page follow its call and nothing more', async ({ desk, site, visit }) => {
  const [kind] = KINDS;
  const page = await visit(kind!, content(desk));
  await page.locator('#link').click();
  const { id } = await desk.question();
  await desk.intent({ type: 'confirm', prompt: id, consent: 'once' });
  await shows(page, 'link', 'active');
  await page.locator('#mark').click();
  const second = await desk.question();
  expect(second).toMatchObject({ origin: site.origin(kind!), preview: { dialled: '701' } });
  expect((await desk.shown()).calls).toHaveLength(1);
  await desk.intent({ type: 'dismiss_prompt', prompt: second.id });
  await shows(page, 'mark', 'refused');
  await desk.intent({ type: 'hang_up', call: (await desk.call()).id });
  await shows(page, 'link', 'ended');
  await expect(page.locator('#link')).toHaveAttribute('data-ringside-reason', 'hung_up');
});
