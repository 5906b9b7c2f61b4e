// @vitest-environment node
import { gzipSync } from 'node:zlib';
import { createContext, runInContext } from 'node:vm';
import { Window } from 'happy-dom';
import { beforeAll, expect, test } from 'vitest';
// @ts-expect-error: a build script without types.
import { bundle } from '../build.mjs';
import manifest from '../package.json';

const MOST = 5 * 1024;

let made: Record<string, string>;

beforeAll(async () => {
  made = await bundle({ write: false });
});

test('the script is no larger than promised', () => {
  const size = gzipSync(made['ringside.js']!, { level: 9 }).length;
  expect(size).toBeLessThanOrEqual(MOST);
  expect(gzipSync(made['ringside.mjs']!, { level: 9 }).length).toBeLessThanOrEqual(MOST);
});

test('the manifest names what is built', () => {
  expect(Object.keys(made)).toEqual(['ringside.js', 'ringside.mjs']);
  expect(manifest.main).toBe('./dist/ringside.js');
  expect(manifest.exports['.'].import).toBe('./dist/ringside.mjs');
  expect(made['ringside.mjs']).toMatch(/export \{ \w+ as attach \}|export \{ attach \}/);
});

test('the script leaves one name behind and takes its settings from its tag', async () => {
  const window = new Window();
  window.document.body.innerHTML = '<b data-call="700">Echo</b>';
  const dataset = { port: '4123', fallback: 'none' };
  const asked: string[] = [];
  const page = createContext({
    window,
    document: new Proxy(window.document, {
      get: (target, key) => {
        if (key === 'currentScript') return { dataset };
        const value = Reflect.get(target, key);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    }),
    MutationObserver: window.MutationObserver,
    CustomEvent: window.CustomEvent,
    ...{
      performance,
      URLSearchParams,
      AbortController,
      setTimeout,
      clearTimeout,
      navigator: {},
      isSecureContext: true,
    },
    fetch: async (url: string) => {
      asked.push(url);
      throw new TypeError('Failed to fetch');
    },
  });
  const before = Object.keys(page);
  runInContext(made['ringside.js']!, page);
  await expect.poll(() => window.document.querySelector('b')!.getAttribute('role')).toBe('button');
  (window.document.querySelector('b') as unknown as HTMLElement).click();
  const asks = ['/v1/pair', '/v1/snapshot', '/v1/openapi.json'].map((path) => `http://127.0.0.1:4123${path}`);
  await expect.poll(() => asked).toEqual(asks);
  const { Ringside } = window as unknown as { Ringside: { state: { state: string } } };
  expect(Ringside.state.state).toBe('fallback');
  expect(Object.keys(page).filter((name) => !before.includes(name) && name !== 'RingsideScript')).toEqual([]);
  Object.assign(window, { closed: true });
  await window.happyDOM.close();
});
