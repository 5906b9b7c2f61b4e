// Pictures of the window in every language and both themes.

import { both } from './looks';
import { expect, test } from './stage';

for (const language of ['en', 'ru', 'fa']) {
  test(`the window in ${language}`, async ({ window }) => {
    // Two dozen pictures, each of them read by axe.
    test.setTimeout(120_000);
    await window.ask({ type: 'set_language', language });
    await expect(window.page.locator('html')).toHaveAttribute('lang', language);
    await window.ready();
    await both(window.page, `${language}-idle`);

    await window.dial('700');
    const card = window.page.locator('article[data-state="active"]');
    await expect(card.getByRole('timer')).toBeVisible();
    await both(window.page, `${language}-call`);
    await window.page.keyboard.press('Alt+e');

    await window.dial('720');
    await expect(window.incoming).toBeVisible();
    await both(window.page, `${language}-incoming`);
    await window.page.keyboard.press('Alt+d');

    await window.pageAsks('+49 30 1234567', 'http://xn--80ak6aa92e.secure.crm.example.prizes.example:8080');
    await window.pageAsks('104', 'https://crm.example');
    await expect(window.question).toHaveAttribute('data-armed', 'true');
    await both(window.page, `${language}-asked`);
    await window.page.setViewportSize({ width: 380, height: 520 });
    await both(window.page, `${language}-asked-small`);
    await window.page.setViewportSize({ width: 420, height: 680 });
    await window.field.fill('+74952294989');
    await expect(window.page.locator('form.dial p')).toBeVisible();
    await both(window.page, `${language}-preview`);

    await window.page.keyboard.press('F1');
    for (const [place, page] of [
      'accounts',
      'cards',
      'clicks',
      'events',
      'pbx',
      'sound',
      'appearance',
      'keys',
    ].entries()) {
      await window.page.getByRole('dialog').getByRole('tab').nth(place).click();
      await both(window.page, `${language}-settings-${page}`);
    }
  });
}

test('the wide window', async ({ window }) => {
  await window.page.setViewportSize({ width: 1040, height: 680 });
  await window.ready();
  await window.dial('700');
  await expect(window.page.locator('article[data-state="active"]')).toBeVisible();
  await both(window.page, 'en-wide');
});
