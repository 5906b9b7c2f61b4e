// What a machine can tell of the looks of a window (nothing sticks out; contrast, names, roles: WCAG 2 AA), and pictures for
// people to look at, kept in artefacts/window.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, type Page } from '@playwright/test';

const AXE = readFileSync(join(__dirname, '../../../ui/node_modules/axe-core/axe.min.js'), 'utf8');

/** In the longest language too, nothing leaves the window but what is scrolled sideways on purpose. */
async function nothingSticksOut(page: Page) {
  const out = await page.evaluate(() =>
    [...document.querySelectorAll('button, input, textarea, h2, h3, label, dd')]
      .filter((part) => !part.closest('.tabs, .queues'))
      .filter((part) => part.getBoundingClientRect().left < 0 || part.getBoundingClientRect().right > innerWidth)
      .map((part) => part.outerHTML.slice(0, 120)),
  );
  expect(out).toEqual([]);
}

async function everybodyCanRead(page: Page) {
  await page.evaluate(AXE);
  const violations = await page.evaluate(async () => {
    const { axe } = globalThis as unknown as { axe: typeof import('axe-core') };
    const found = await axe.run({ runOnly: ['wcag2a', 'wcag2aa'] });
    return found.violations.flatMap(({ id, nodes }) =>
      nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 160)} ${failureSummary}`),
    );
  });
  expect(violations).toEqual([]);
}

/** Keeps a picture for people to look at. */
export async function picture(page: Page, name: string) {
  await page.screenshot({
    path: join(__dirname, '../../../artefacts/window', `${name}.png`),
    animations: 'disabled',
  });
}

/** A colour on its way from one theme to the other is nobody's to judge. */
async function hasTheme(page: Page, theme: 'light' | 'dark') {
  await page.emulateMedia({ colorScheme: theme });
  await expect(page.locator('html')).toHaveAttribute('data-theme', theme);
  await page.evaluate(async () => {
    const under = document.getAnimations().filter((animation) => animation instanceof CSSTransition);
    await Promise.allSettled(under.map(({ finished }) => finished));
  });
}

/** Looks at a window by day and by night. */
export async function both(page: Page, name: string) {
  await nothingSticksOut(page);
  for (const theme of ['light', 'dark'] as const) {
    await hasTheme(page, theme);
    await everybodyCanRead(page);
    await picture(page, `${name}-${theme}`);
  }
}
