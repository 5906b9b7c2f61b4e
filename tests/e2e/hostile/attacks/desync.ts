// Request smuggling. A page can choose the body of a POST freely: if the desk answers before it has read a body and takes
// what remains for the next request, that request has whatever Origin and token the page wrote into it.

import { PAIRED, type Attack, type Stage } from '../stage';

/** A request inside a body, which would dial if anybody took it for one. */
function smuggled(stage: Stage): string {
  const headers = [`Origin: ${PAIRED}`, `Authorization: Bearer ${stage.token}`];
  return stage.raw.bytes({ target: `/callto?number=${stage.fresh()}`, headers }).toString('latin1');
}

const OUTER: [said: string, method: string, target: string, headers: string[]][] = [
  ['/callto', 'POST', '/callto?number=x', []],
  ['/callto of nobody', 'POST', '/callto?number=100', ['Origin: https://evil.example']],
  ['GET with a body', 'GET', '/callto?number=x', []],
  ['GET /v1/snapshot with a body', 'GET', '/v1/snapshot', []],
  ['OPTIONS with a body', 'OPTIONS', '/v1/intent', ['Origin: https://evil.example']],
  ['a wrong method', 'PUT', '/callto', []],
  ['no such route', 'POST', '/nowhere', []],
  ['no token', 'POST', '/v1/intent', []],
  ['pairing without Origin', 'POST', '/v1/pair', []],
  ['a wrong Host', 'POST', '/callto', ['X: 1']],
  ['Expect: 100-continue', 'POST', '/v1/intent', ['Expect: 100-continue']],
];

const FRAMINGS: [said: string, frame: (body: string) => [string[], string]][] = [
  ['by length', (body) => [[`Content-Length: ${body.length}`], body]],
  ['in a chunk', (body) => [['Transfer-Encoding: chunked'], `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`]],
];

/** Two ideas of where a body ends: whoever has to choose must not guess. */
const AMBIGUOUS: [said: string, headers: string[]][] = [
  ['length 0 and chunked', ['Content-Length: 0', 'Transfer-Encoding: chunked']],
  ['length and chunked', ['Content-Length: 5', 'Transfer-Encoding: chunked']],
  ['chunked twice', ['Transfer-Encoding: chunked', 'Transfer-Encoding: identity']],
  ['chunked in disguise', ['Content-Length: 5', 'Transfer-Encoding: xchunked']],
  ['chunked behind a tab', ['Content-Length: 5', 'Transfer-Encoding:\tchunked']],
  ['chunked with a blank before the colon', ['Content-Length: 5', 'Transfer-Encoding : chunked']],
  ['chunked in HTTP/1.0', ['Content-Length: 5', 'Transfer-Encoding: chunked']],
];

export const DESYNC: Attack[] = [
  ...OUTER.flatMap(([said, method, target, headers]) =>
    FRAMINGS.map(([how, frame]): Attack => ({
      name: `a request inside a body, ${how}: ${said}`,
      does: async (stage) => {
        const [framing, body] = frame(smuggled(stage));
        const host = said === 'a wrong Host' ? 'evil.example' : undefined;
        const bytes = stage.raw.bytes({ method, target, host, headers: [...headers, ...framing], body });
        const answers = await stage.raw.say(bytes, 3, { bound: 700 });
        const final = answers.filter(({ status }) => status >= 200);
        if (final.length > 1)
          throw new Error(`${final.length} answers: ${final.map(({ status }) => status).join(', ')}`);
        return `one answer: ${final[0]?.status ?? 'closed'}`;
      },
    })),
  ),
  ...AMBIGUOUS.map(([said, headers]): Attack => ({
    name: `where does the body end: ${said}`,
    does: async (stage) => {
      // By one reading the second request is in the body, by the other it stands alone, and is then refused like any other.
      const inner = stage.raw.bytes({ target: '/v1/snapshot', headers: ['Origin: null'] });
      const version = said.includes('1.0') ? 'HTTP/1.0' : 'HTTP/1.1';
      const body = `0\r\n\r\n${inner.toString('latin1')}`;
      const answers = await stage.raw.say(
        stage.raw.bytes({ method: 'POST', target: '/v1/intent', version, headers, body }),
        2,
        { bound: 700 },
      );
      const statuses = answers.map(({ status }) => status);
      if (statuses.some((status) => status < 400)) throw new Error(`answered ${statuses.join(', ')}`);
      return statuses.join(', ') || 'closed';
    },
  })),
  {
    name: 'a page posts a request inside a body to every route',
    does: async (stage) => {
      const page = await stage.evil('');
      const inner = smuggled(stage);
      await page.evaluate(
        async ([api, inner]) => {
          const routes = [
            '/callto',
            '/callto?number=100',
            '/v1/intent',
            '/v1/pair',
            '/nowhere',
            '/focus',
            '/v1/snapshot',
          ];
          for (const route of routes) {
            // Twice, so that the second may find the rest of the first on its connection.
            for (let i = 0; i < 2; i += 1) {
              const wait = { signal: AbortSignal.timeout(500) };
              await fetch(api + route, { method: 'POST', mode: 'no-cors', body: inner, ...wait }).catch(() => {});
            }
          }
        },
        [stage.desk.api, inner] as const,
      );
      await page.context().close();
      return 'nothing came of the inner ones';
    },
  },
];
