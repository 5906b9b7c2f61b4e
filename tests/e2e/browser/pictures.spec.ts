// Pictures of the window in every language and both themes, kept in artefacts/window for people to look at.

import { expect, test, type Window } from './stage';

/** In the longest language too, nothing leaves the window. */
async function nothingSticksOut(window: Window) {
  const out = await window.page.evaluate(() =>
    [...document.querySelectorAll('button, input, h2, h3, label')]
      .filter((part) => !part.closest('.tabs'))
      .filter((part) => part.getBoundingClientRect().left < 0 || part.getBoundingClientRect().right > innerWidth)
      .map((part) => part.outerHTML.slice(0, 120)),
  );
  expect(out).toEqual([]);
}

async function both(window: Window, name: string) {
  await nothingSticksOut(window);
  for (const theme of ['light', 'dark'] as const) {
    await window.page.emulateMedia({ colorScheme: theme });
    await window.picture(`${name}-${theme}`);
  }
}

for (const language of ['en', 'ru', 'fa']) {
  test(`the window in ${language}`, async ({ window }) => {
    await window.ask({ type: 'set_language', language });
    await expect(window.page.locator('html')).toHaveAttribute('lang', language);
    await window.ready();
    await both(window, `${language}-idle`);

    await window.dial('700');
    const card = window.page.locator('article[data-state="active"]');
    await expect(card.getByRole('timer')).toBeVisible();
    await both(window, `${language}-call`);
    await window.page.keyboard.press('Alt+e');

    await window.dial('720');
    await expect(window.incoming).toBeVisible();
    await both(window, `${language}-incoming`);
    await window.page.keyboard.press('Alt+d');

    await window.page.keyboard.press('F1');
    for (const [place, page] of ['accounts', 'sound', 'appearance', 'keys'].entries()) {
      await window.page.getByRole('tab').nth(place).click();
      await both(window, `${language}-settings-${page}`);
    }
  });
}

test('the wide window', async ({ window }) => {
  await window.page.setViewportSize({ width: 1040, height: 680 });
  await window.ready();
  await window.dial('700');
  await expect(window.page.locator('article[data-state="active"]')).toBeVisible();
  await both(window, 'en-wide');
});
