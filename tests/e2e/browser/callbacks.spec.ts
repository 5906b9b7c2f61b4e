// Calling back, as people see it: pictures in every language and both themes, and a promise from the word to the call.

import type { Page } from '@playwright/test';
import { both } from './looks';
import { expect, test } from './memory';

const MOMENTS = {
  callback_can_promise: 'callback-can-promise',
  callback_promised: 'callback-promised',
  callback_missed_card: 'callback-missed-card',
};
const LINES = {
  line: 'line',
  line_full: 'line-full',
  line_trouble: 'line-trouble',
  line_off: 'line-off',
  idle: 'line-not-set-up',
};

/** By their places, which are the same in every language. */
const showList = (page: Page) => page.getByRole('tab').nth(1).click();
const showLine = async (page: Page) => {
  await showList(page);
  await page.getByRole('tabpanel').getByRole('radio').nth(1).check({ force: true });
};
const asked = (page: Page) => page.evaluate(() => (globalThis as any).fakeDesk.asked);
const tellDue = (page: Page, ids: string[]) =>
  page.evaluate((ids) => {
    for (const callback of ids) (globalThis as any).fakeDesk.tell({ type: 'callback_due', callback });
  }, ids);

for (const language of ['en', 'ru', 'fa']) {
  test(`the list in ${language}`, async ({ moment: at }) => {
    const page = await at('callbacks', language);
    await showList(page);
    await expect(page.locator('[data-callback]')).toHaveCount(8);
    await page.setViewportSize({ width: 420, height: 1500 });
    await page.locator('summary').first().click();
    await both(page, `${language}-callbacks`);
    await page.setViewportSize({ width: 1040, height: 1200 });
    await both(page, `${language}-callbacks-wide`);
    await page.setViewportSize({ width: 380, height: 680 });
    await both(page, `${language}-callbacks-small`);
  });

  test(`what opens from the list in ${language}`, async ({ moment: at }) => {
    // Half a dozen pictures, each of them read by axe.
    test.setTimeout(80_000);
    const page = await at('callbacks', language);
    await showList(page);
    const buttons = page.locator('[data-callback="b1"] .actions button');
    for (const [place, name] of [
      [1, 'how'],
      [3, 'later'],
      [4, 'close'],
    ] as const) {
      await buttons.nth(place).click();
      await expect(page.locator('[role="menu"], [role="dialog"]')).toBeVisible();
      await both(page, `${language}-callback-${name}`);
      await page.keyboard.press('Escape');
      await expect(page.locator('[role="menu"], [role="dialog"]')).toHaveCount(0);
    }
  });

  test(`nobody to call back, and whoever is due, in ${language}`, async ({ moment: at }) => {
    let page = await at('idle', language);
    await showList(page);
    await both(page, `${language}-callbacks-none`);
    // They were due before the window opened; of those that become due since, there is word from the desk.
    page = await at('callbacks', language);
    await expect(page.locator('[data-due]')).toHaveCount(2);
    await tellDue(page, ['b2', 'b3', 'b1']);
    await expect(page.locator('[data-due]').last()).toHaveAttribute('data-due', 'b3');
    await both(page, `${language}-callback-due`);
    await page.getByRole('tab').nth(1).hover();
    await expect(page.locator('.tip')).toContainText('Alt+C');
    await both(page, `${language}-callback-key`);
  });

  for (const [moment, name] of Object.entries(MOMENTS)) {
    test(`${name} in ${language}`, async ({ moment: at }) => {
      const page = await at(moment, language);
      await both(page, `${language}-${name}`);
    });
  }

  test(`a promise being made in ${language}`, async ({ moment: at }) => {
    const page = await at('callback_can_promise', language);
    await page.locator('.talk button:has(svg.lucide-phone-outgoing)').click();
    const time = page.locator('.when input');
    await time.fill('15:30');
    await both(page, `${language}-callback-promising`);
    await time.fill('99');
    await time.press('Enter');
    await expect(time).toHaveAttribute('aria-invalid', 'true');
    await both(page, `${language}-callback-promising-wrong`);
  });

  for (const [moment, name] of Object.entries(LINES)) {
    test(`${name} in ${language}`, async ({ moment: at }) => {
      const page = await at(moment, language);
      await showLine(page);
      await expect(page.getByRole('switch')).toBeVisible();
      await both(page, `${language}-${name}`);
    });
  }

  test(`the page of the PBX in ${language}`, async ({ moment: at }) => {
    // Half a dozen pictures, each of them read by axe.
    test.setTimeout(80_000);
    const page = await at('pbx_settings', language);
    await page.keyboard.press('F1');
    await page.getByRole('dialog').getByRole('tab').nth(4).click();
    await expect(page.locator('[data-power="barge"]')).toBeVisible();
    await both(page, `${language}-pbx`);
    await page.locator('[data-power="floor"]').scrollIntoViewIfNeeded();
    await both(page, `${language}-pbx-powers`);
    await page.getByRole('combobox').click();
    await page.getByRole('option').last().click();
    await expect(page.locator('pre')).toContainText('[callback_line]');
    await page.locator('pre').scrollIntoViewIfNeeded();
    await both(page, `${language}-pbx-example`);
  });
}

test('everything is done from the keyboard', async ({ moment: at }) => {
  const page = await at('callbacks');
  await page.getByRole('tab').first().focus();
  await page.keyboard.press('ArrowRight');
  await expect(page.getByRole('tab', { name: 'Callbacks, 3 due' })).toBeFocused();
  // The longest due stands first, and arrows go from one to the next.
  const first = page.locator('[data-callback]').first();
  await first.getByRole('button').first().focus();
  await page.keyboard.press('ArrowDown');
  await expect(page.locator('[data-callback="b3"]').getByRole('button').first()).toBeFocused();
  await page.keyboard.press('ArrowUp');
  await expect(first.getByRole('button').first()).toBeFocused();

  await first.getByRole('button', { name: /^Later/ }).focus();
  await page.keyboard.press('Enter');
  const time = page.getByRole('dialog').getByRole('textbox', { name: 'At' });
  await time.focus();
  await page.keyboard.type('23:59');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('dialog')).toHaveCount(0);
  const [deferred] = await asked(page);
  expect(deferred).toMatchObject({ type: 'defer_callback', callback: 'b2' });
  expect(new Date(deferred.due_at).getMinutes()).toBe(59);
});

test('a promise goes its way: given, due, called, answered, closed', async ({ moment: at }) => {
  const page = await at('callback_can_promise');
  await page.getByRole('button', { name: 'Promise a call back' }).click();
  await page.getByRole('button', { name: /^In 15/ }).click();
  await expect(page.locator('[data-promise]')).toContainText('You promised to call back');
  await showList(page);
  await expect(page.locator('[data-callback][data-tone="later"]')).toHaveCount(1);

  // A quarter of an hour later.
  await page.evaluate(() => {
    const { fakeDesk } = globalThis as any;
    const [callback] = fakeDesk.now.callbacks;
    const due_at = new Date(Date.now() - 1000).toISOString();
    fakeDesk.change({ type: 'callback_changed', callback: { ...callback, due_at, is_due: true } });
    fakeDesk.tell({ type: 'callback_due', callback: callback.id });
  });
  const due = page.getByRole('region', { name: 'Time to call back' });
  await expect(due).toContainText('Anna Sergeevna Volkova');
  await due.getByRole('button', { name: /^Call:/ }).click();
  await expect(due).toHaveCount(0);
  await expect(page.locator('[data-callback]')).toHaveAttribute('data-tone', 'calling');
  expect((await asked(page)).map(({ type }: { type: string }) => type)).toEqual(['request_callback', 'call_callback']);
});

test('a missed call of the history is to be called back with one press', async ({ moment: at }) => {
  const page = await at('idle');
  const add = page.getByRole('button', { name: /^Put on the callback list/ }).first();
  await add.click();
  await expect(page.locator('.toast')).toContainText('is on the callback list');
  await page
    .getByRole('button', { name: /^On the callback list/ })
    .first()
    .click();
  await expect(page.locator('[data-callback]')).toHaveCount(1);
});

test('four hundred people to call back do not make the window wait', async ({ moment: at }) => {
  const page = await at('callbacks_many');
  await page.setViewportSize({ width: 1100, height: 720 });
  await showList(page);
  await expect(page.locator('[data-callback]')).toHaveCount(400);
  const slow = await page.evaluate(scrollThrough);
  console.log(`      the slowest twentieth of frames from ${slow.toFixed(1)} ms on`);
  expect(slow).toBeLessThan(100);
});

/** Scrolls for two seconds while callbacks change; says from how long on the slowest twentieth of frames took. */
async function scrollThrough(): Promise<number> {
  const { fakeDesk } = globalThis as any;
  const list = document.querySelector('.past')!;
  const took: number[] = [];
  const began = performance.now();
  for (let last = began, place = 0; last - began < 2000; place++) {
    const at = await new Promise<number>((drawn) => requestAnimationFrame(drawn));
    took.push(at - last);
    last = at;
    const callback = fakeDesk.now.callbacks[(place * 37) % 400];
    fakeDesk.tell({ type: 'callback_changed', callback: { ...callback, note: `Told ${place}` } });
    list.scrollTop += 80;
  }
  took.sort((a, b) => a - b);
  return took[Math.floor(took.length * 0.95)]!;
}
