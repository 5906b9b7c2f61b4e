// The window on a desk in memory, for moments that no real desk holds still: served from its sources.

import { createRequire } from 'node:module';
import { join } from 'node:path';
import { expect, test as base, type Page } from '@playwright/test';

export { expect };

const UI = join(__dirname, '../../../ui');

/** Vite belongs to the window, and is loaded from its folder. */
async function serveSources(): Promise<{ origin: string; stop: () => Promise<void> }> {
  const { createServer } = await import(createRequire(join(UI, 'package.json')).resolve('vite'));
  const server = await createServer({
    root: UI,
    configFile: join(UI, 'vite.config.ts'),
    logLevel: 'error',
    // Beside whoever works on the window.
    cacheDir: join(UI, 'node_modules/.vite-e2e'),
    // All that is imported is found at the start, also where markup loads a window's part late: what is found later, or was
    // kept from before an import was added, brings a second Svelte into the page.
    optimizeDeps: { force: true, entries: ['*.html', 'src/windows/**/*.svelte'] },
    server: { port: 0, strictPort: false, host: '127.0.0.1', hmr: false },
  });
  await server.listen();
  const { port } = server.httpServer.address();
  return { origin: `http://127.0.0.1:${port}`, stop: () => server.close() };
}

/** A moment in the life of a desk, by its name among the fake's scenarios, in one of its windows. */
export type Moment = (name: string, language?: string, window?: keyof typeof WINDOWS) => Promise<Page>;

/** Each with what is there once it is. */
const WINDOWS = {
  main: ['index.html', 'header .account'],
  floor: ['floor.html', 'main header'],
} as const;

export const test = base.extend<{ moment: Moment }, { sources: string }>({
  sources: [
    async ({}, use) => {
      const site = await serveSources();
      await use(site.origin);
      await site.stop();
    },
    { scope: 'worker', timeout: 60_000 },
  ],
  moment: async ({ page, sources }, use) => {
    const complaints: string[] = [];
    page.on('pageerror', (error) => complaints.push(String(error)));
    await use(async (name, language = 'en', window = 'main') => {
      const [file, sign] = WINDOWS[window];
      await page.goto(`${sources}/${file}?fake=${name}&lang=${language}`);
      await expect(page.locator('html')).toHaveAttribute('lang', language);
      await expect(page.locator(sign)).toBeVisible();
      return page;
    });
    expect(complaints).toEqual([]);
  },
});
