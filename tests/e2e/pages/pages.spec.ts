// From every kind of page, in every way: what the phone does, for a stranger's page and then for a paired one. The table at
// the end is for the people who build pages.

import type { Page } from '@playwright/test';
import { KINDS } from './kinds';
import { expect, test, type Desk } from './stage';
import { go, WAYS, type Outcome } from './ways';

for (const kind of KINDS) {
  for (const way of WAYS) {
    test(`${kind.name}: ${way.name}`, async ({ desk, site, visit }, info) => {
      const origin = site.origin(kind);
      const content = { html: `${way.html(desk.api)}<p>still here</p>` };
      for (const who of ['stranger', 'paired'] as const) {
        const outcome = way.navigates || kind.reaches ? way.comesTo(kind)[who] : 'nothing';
        if (who === 'paired') await desk.intent({ type: 'pair_origin', origin });
        const page = await visit(kind, content);
        await go(page, way);
        await comesTo(outcome, desk, origin, way.clicked);
        await stays(page, origin);
        info.annotations.push({
          type: 'cell',
          description: JSON.stringify({ kind: kind.name, way: way.name, who, outcome }),
        });
      }
    });
  }
}

async function comesTo(outcome: Outcome, desk: Desk, origin: string, clicked: boolean) {
  if (outcome === 'dials') {
    expect(await desk.call()).toMatchObject({ peer: { number: '700' }, started_by: origin });
    expect((await desk.shown()).prompts).toEqual([]);
  } else if (outcome === 'nothing') {
    expect(await desk.shown()).toEqual({ prompts: [], calls: [] });
  } else {
    const named = outcome === 'asks' ? origin : null;
    const prompt = await desk.question();
    expect(prompt).toMatchObject({ origin: named, clicked, preview: { dialled: '700' } });
    expect((await desk.shown()).calls).toEqual([]);
    await desk.intent({ type: 'dismiss_prompt', prompt: prompt.id });
  }
}

/** No navigation takes the page away, and no tab stays open. */
async function stays(page: Page, origin: string) {
  expect(page.url()).toBe(`${origin}/`);
  await expect(page.getByText('still here')).toBeVisible();
  await expect.poll(() => page.context().pages().length).toBe(1);
  await page.close();
}
