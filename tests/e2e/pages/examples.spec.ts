// What ringside-js/README.md tells people to write.

import type { Page } from '@playwright/test';
import { KINDS } from './kinds';
import { expect, test } from './stage';

const CRM = KINDS.find(({ name }) => name === 'https, intranet')!;

const FETCHED = (api: string) => `<script type="module">
  const ask = (path, init) => fetch('${api}' + path, { method: 'POST', targetAddressSpace: 'loopback', ...init });
  const intent = (wish) =>
    ask('/v1/intent', { headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(wish) });
  const callto = await ask('/callto', { body: new URLSearchParams({ number: '712' }) });
  const again = await intent({ type: 'dial', target: '712' });
  const language = await intent({ type: 'set_language', language: 'fa' });
  const hangUp = await intent({ type: 'hang_up' });
  const told = {
    callto: [callto.status, await callto.text()],
    again: [again.status, (await again.json()).error.code],
    language: [language.status, (await language.json()).error.code],
    hangUp: [hangUp.status, (await hangUp.json()).call],
  };
  Object.assign(window, { told });
</script>`;

const told = async (page: Page) =>
  (await page.waitForFunction(() => (window as unknown as { told?: unknown }).told)).jsonValue();

test('a paired page reads what came of its requests, and is heard about calls alone', async ({ desk, site, visit }) => {
  await desk.intent({ type: 'pair_origin', origin: site.origin(CRM) });
  const page = await visit(CRM, { html: FETCHED(desk.api) });
  expect(await told(page)).toEqual({
    callto: [200, expect.stringContaining('<property_simple key="result" value="1" />')],
    again: [409, 'already_dialing'],
    language: [403, 'not_for_pages'],
    hangUp: [200, (await desk.call()).id],
  });
});

const PROBED = (api: string) => `<script type="module">
  const how = (promise) => promise.then(() => 'answered', () => 'failed');
  const probe = (path) => how(fetch('${api}' + path, { mode: 'no-cors' }));
  window.ask = async () => ({
    callto: await how(fetch('${api}/callto?number=700')),
    snapshot: await probe('/v1/snapshot'),
    openapi: await probe('/v1/openapi.json'),
  });
</script>`;

const asked = (page: Page) => page.evaluate(() => (window as unknown as { ask(): Promise<unknown> }).ask());

test('a stranger tells a no from a desk that is off', async ({ desk, visit }) => {
  const page = await visit(CRM, { html: PROBED(desk.api) });
  await page.waitForFunction(() => 'ask' in window);
  expect(await asked(page)).toEqual({ callto: 'failed', snapshot: 'failed', openapi: 'answered' });
  await desk.question();
  await desk.stop();
  expect(await asked(page)).toEqual({ callto: 'failed', snapshot: 'failed', openapi: 'failed' });
});

const MODULE = (port: string) => `<p id="ours"><i class="phone">700</i></p> <a href="tel:701">not ours</a>
<script type="module">
  import { attach } from '/ringside.mjs';
  attach(document.querySelector('#ours'), { port: ${port}, selector: '.phone' });
</script>`;

test('a part of a page dials by the module, and the rest is left alone', async ({ desk, site, visit }) => {
  await desk.intent({ type: 'pair_origin', origin: site.origin(CRM) });
  const page = await visit(CRM, { html: MODULE(desk.port) });
  await page.getByRole('button', { name: '700' }).press('Space');
  await expect(page.locator('.phone')).toHaveAttribute('data-ringside-state', 'active');
  const [link] = await Promise.all([page.waitForEvent('request'), page.getByText('not ours').click()]);
  expect(link.url()).toBe('tel:701');
  expect((await desk.shown()).calls).toHaveLength(1);
});
