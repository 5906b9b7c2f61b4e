// The floor and what supervisors do there, as people see it: pictures in every language and both themes, the keyboard, and
// how light thousands of colleagues are.

import type { Page } from '@playwright/test';
import { both } from './looks';
import { expect, test } from './memory';

/** Moments in the floor's window, and in the main one. */
const FLOOR = {
  floor: 'floor',
  floor_stale: 'floor-out-of-date',
  floor_powerless: 'floor-may-not',
  floor_empty: 'floor-empty',
  supervision_asked: 'supervision-asked',
  supervision_spy: 'supervision-listening',
  supervision_whisper: 'supervision-whispering',
  supervision_barge: 'supervision-in-the-call',
  supervision_switching: 'supervision-switching',
  supervision_failed: 'supervision-failed',
  help_wanted: 'help-wanted',
};
const MAIN = {
  supervision_spy: 'main-listening',
  supervision_whisper: 'main-whispering',
  supervision_barge: 'main-in-the-call',
  supervision_failed: 'main-supervision-failed',
  errand_rings: 'main-supervision-rings',
  help_wanted: 'main-help-wanted',
  help_offered: 'help-offered',
  help_asked: 'help-asked',
  help_failed: 'help-failed',
  pick_up: 'pick-up',
  desk_phone: 'desk-phone',
  picked_up: 'picked-up',
  recordings: 'recordings',
  recording_played: 'recording-played',
  placed: 'placed-by-the-pbx',
  in_no_queue: 'in-no-queue',
  away: 'away',
};

for (const language of ['en', 'ru', 'fa']) {
  for (const [moment, name] of Object.entries(FLOOR)) {
    test(`${name} in ${language}`, async ({ moment: at }) => {
      const page = await at(moment, language, 'floor');
      await page.setViewportSize({ width: 1100, height: 720 });
      await both(page, `${language}-${name}`);
    });
  }

  for (const [moment, name] of Object.entries(MAIN)) {
    test(`${name} in ${language}`, async ({ moment: at }) => {
      const page = await at(moment, language);
      await both(page, `${language}-${name}`);
    });
  }

  test(`the small floor, the menus and the picker in ${language}`, async ({ moment: at }) => {
    // Eight pictures, each of them read by axe.
    test.setTimeout(80_000);
    let page = await at('help_wanted', language, 'floor');
    await page.setViewportSize({ width: 720, height: 480 });
    await both(page, `${language}-floor-small`);

    page = await at('recordings', language);
    await page.locator('section:has(h2) .head button').first().click();
    await expect(page.getByRole('dialog').getByRole('listitem')).toHaveCount(3);
    await page.getByRole('dialog').getByRole('listitem').first().getByRole('button').click();
    await expect(page.getByRole('dialog').locator('[data-order="play_recording"]')).toBeVisible();
    await both(page, `${language}-recordings-picker`);

    page = await at('away', language);
    await page.locator('button.presence').click();
    await both(page, `${language}-presence`);

    page = await at('pick_up', language);
    await page.locator('button.rings').click();
    await both(page, `${language}-pick-up-menu`);
  });
}

const asked = (page: Page) => page.evaluate(() => (globalThis as any).fakeDesk.asked);
const chosen = (page: Page) => page.locator('[role="row"][aria-selected="true"]');

test('everything is done from the keyboard: choose, listen, whisper, step in, stop', async ({ moment: at }) => {
  const page = await at('floor', 'en', 'floor');
  await page.keyboard.press('Control+f');
  await page.keyboard.type('sara');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('grid')).toBeFocused();
  await page.keyboard.press('ArrowDown');
  await expect(chosen(page)).toHaveCount(1);
  const id = await chosen(page).getAttribute('id');
  await expect(page.getByRole('grid')).toHaveAttribute('aria-activedescendant', id!);

  // Down to somebody who talks.
  while ((await chosen(page).getAttribute('data-state')) !== 'talking') await page.keyboard.press('ArrowDown');
  const extension = await chosen(page).getAttribute('data-agent');
  const panel = page.getByRole('region', { name: 'Supervision' });
  await page.keyboard.press('Enter');
  await expect(panel).toHaveAttribute('data-state', 'active');
  await expect(panel).toContainText(/listening — nobody hears you/i);
  await page.keyboard.press('w');
  await expect(panel).toContainText(/whispering — only .* hears you/i);
  await page.keyboard.press('b');
  await expect(panel).toContainText(/in the call — both hear you/i);
  await page.keyboard.press('Escape');
  await expect(panel).toHaveCount(0);
  expect(await asked(page)).toEqual([
    { type: 'supervise', extension, mode: 'spy' },
    { type: 'supervise', extension, mode: 'whisper' },
    { type: 'supervise', extension, mode: 'barge' },
    { type: 'stop_supervising', extension },
  ]);
});

test('what one may not do says why, and does nothing', async ({ moment: at }) => {
  const page = await at('floor_powerless', 'en', 'floor');
  await page.setViewportSize({ width: 1100, height: 720 });
  const barge = page.getByRole('button', { name: /^Step into the call/ }).first();
  await expect(barge).toHaveAttribute('aria-disabled', 'true');
  // Playwright would wait until it may.
  await barge.click({ force: true });
  await expect(page.locator('.toast')).toContainText('does not allow this desk');
  expect(await asked(page)).toEqual([]);
});

test('whoever asks for help is listened to with one key', async ({ moment: at }) => {
  const page = await at('help_wanted', 'en', 'floor');
  await expect(page.getByRole('alert').first()).toContainText('asks for help');
  await page.keyboard.press('Alt+l');
  expect((await asked(page)).at(-1)).toMatchObject({ type: 'supervise', mode: 'spy' });
});

test('the one who is chosen stays chosen wherever they go', async ({ moment: at }) => {
  const page = await at('floor', 'en', 'floor');
  await page.getByRole('combobox', { name: /Order/ }).click();
  await page.getByRole('option', { name: 'By state' }).click();
  await page.getByRole('grid').focus();
  await page.keyboard.press('End');
  const extension = await chosen(page).getAttribute('data-agent');
  await page.evaluate((extension) => {
    const { fakeDesk } = globalThis as any;
    const agent = fakeDesk.now.agents.find((agent: any) => agent.extension === extension);
    fakeDesk.change({ type: 'agent_changed', agent: { ...agent, state: 'ringing', name: ' first' } });
  }, extension);
  // They are the first now, out of sight, and it is from there that the keys go on.
  await page.keyboard.press('ArrowUp');
  await expect(chosen(page)).toHaveAttribute('aria-rowindex', '2');
  await expect(chosen(page)).toHaveAttribute('data-agent', extension!);
});

test('five thousand colleagues, five hundred changes a second: no frame is late', async ({ moment: at }) => {
  const page = await at('floor_crowd', 'en', 'floor');
  await page.setViewportSize({ width: 1100, height: 720 });
  await expect(page.getByRole('grid')).toHaveAttribute('aria-rowcount', '5001');
  expect(await page.locator('[role="row"]').count(), 'only those in sight are made').toBeLessThan(60);
  await page.getByRole('combobox', { name: /Order/ }).click();
  await page.getByRole('option', { name: 'By state' }).click();
  const frames = await page.evaluate(stir, 2000);
  console.log(
    `      frames of ${frames.median.toFixed(1)} ms, the slowest twentieth from ${frames.slow.toFixed(1)} ms on`,
  );
  expect(frames.slow).toBeLessThan(100);
});

/** Changes somebody each two milliseconds while the list scrolls; says how long frames took. */
async function stir(forMs: number): Promise<{ median: number; slow: number }> {
  const { fakeDesk } = globalThis as any;
  const { agents } = fakeDesk.now;
  const grid = document.querySelector('[role="grid"]')!;
  const states = ['talking', 'free', 'ringing', 'on_hold'];
  const took: number[] = [];
  let told = 0;
  const began = performance.now();
  // The fake keeps its own list, which is not what is measured: the change goes straight to the window.
  const tell = (agent: unknown) => fakeDesk.tell({ type: 'agent_changed', agent });
  for (let last = began; last - began < forMs;) {
    const at = await new Promise<number>((drawn) => requestAnimationFrame(drawn));
    took.push(at - last);
    last = at;
    for (; told < (at - began) / 2; told++) {
      const agent = agents[(told * 37) % agents.length];
      tell({ ...agent, state: states[told % 4], since: new Date().toISOString() });
    }
    grid.scrollTop += 60;
  }
  took.sort((a, b) => a - b);
  return { median: took[took.length >> 1]!, slow: took[Math.floor(took.length * 0.95)]! };
}
