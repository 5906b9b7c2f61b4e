// Things that are no HTTP/1.1 request, or hardly one.

import { PAIRED, type Attack, type Stage } from '../stage';

const CHUNKED = 'Transfer-Encoding: chunked';

const WEBSOCKET = [
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
];

const BYTES: [said: string, bytes: (stage: Stage) => string][] = [
  ['HTTP/0.9', (stage) => `GET /callto?number=${stage.fresh()}\r\n\r\n`],
  ['HTTP/2 with prior knowledge', () => 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0'],
  ['HTTP/3.1', ({ raw }) => `GET / HTTP/3.1\r\nHost: ${raw.host}\r\n\r\n`],
  ['a TLS ClientHello', () => `\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03${'\x42'.repeat(508)}`],
  ['a SIP INVITE', ({ raw }) => `INVITE sip:100@${raw.host} SIP/2.0\r\nHost: ${raw.host}\r\nContent-Length: 0\r\n\r\n`],
  ['a JSON intent', () => '{"type":"dial","target":"100"}\n\n'],
  ['nothing but line ends', () => '\r\n'.repeat(5_000)],
  ['nothing but NUL', () => '\0'.repeat(5_000)],
  ['a negative length', ({ raw }) => post(raw.host, 'Content-Length: -1', 'x')],
  ['a length beyond 64 bits', ({ raw }) => post(raw.host, 'Content-Length: 99999999999999999999999', 'x')],
  ['a length with a plus', ({ raw }) => post(raw.host, 'Content-Length: +3', 'x=1')],
  ['two lengths', ({ raw }) => post(raw.host, 'Content-Length: 1\r\nContent-Length: 3', 'x=1')],
  ['a chunk of a length beyond 64 bits', ({ raw }) => post(raw.host, CHUNKED, 'fffffffffffffffff\r\nx')],
  ['a chunk of no length', ({ raw }) => post(raw.host, CHUNKED, 'evil\r\nx\r\n0\r\n\r\n')],
  ['a chunk that is longer than it says', ({ raw }) => post(raw.host, CHUNKED, '1\r\nxxxx\r\n0\r\n\r\n')],
  [
    'a chunk with 20 kB of extension',
    ({ raw }) => post(raw.host, CHUNKED, `1;${'x'.repeat(20_000)}\r\nx\r\n0\r\n\r\n`),
  ],
  ['20 kB of trailers', ({ raw }) => post(raw.host, CHUNKED, `0\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`)],
  ['an unknown coding', ({ raw }) => post(raw.host, 'Transfer-Encoding: gzip', 'x')],
];

function post(host: string, framing: string, body: string): string {
  return `POST /v1/intent HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n${framing}\r\n\r\n${body}`;
}

/** Roundabout spellings of a path: nothing behind them that its plain spelling would not give. */
const PATHS = [
  '//callto',
  '/./callto',
  '/v1/../callto',
  '/%63allto',
  '/callto/',
  '/callto%00',
  '/CALLTO',
  '/callto;x',
  '\\callto',
];

export const PROTOCOL: Attack[] = [
  ...BYTES.map(([said, bytes]): Attack => ({
    name: `bytes: ${said}`,
    does: async (stage) => {
      const [answer] = await stage.raw.say(bytes(stage), 1, { bound: 8_000 });
      if (answer && (answer.status < 400 || answer.status >= 500) && answer.status !== 505) {
        throw new Error(`answered ${answer.status}`);
      }
      return answer ? String(answer.status) : 'closed, or left waiting';
    },
  })),
  ...[[], ['Origin: https://evil.example'], [`Origin: ${PAIRED}`]].map((origin): Attack => ({
    name: `WebSocket handshake with every route (${origin[0] ?? 'no Origin'})`,
    does: async ({ raw }) => {
      const statuses = [];
      for (const target of ['/v1/changes', '/v1/snapshot', '/v1/intent', '/getcurrentcallinfo', '/']) {
        if (origin[0]?.endsWith(PAIRED) && target !== '/') continue;
        const { status } = await raw.ask({ target, headers: [...WEBSOCKET, ...origin] });
        if (![401, 403, 404, 405].includes(status)) throw new Error(`${target} answered ${status}`);
        statuses.push(status);
      }
      return statuses.join(', ');
    },
  })),
  {
    name: 'upgrade to HTTP/2 in the clear',
    does: async ({ raw }) => {
      const headers = [
        'Connection: Upgrade, HTTP2-Settings',
        'Upgrade: h2c',
        'HTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA',
      ];
      const { status } = await raw.ask({ target: '/v1/snapshot', headers });
      if (status !== 401) throw new Error(`answered ${status}`);
      return '401';
    },
  },
  {
    name: 'a method by another name (X-HTTP-Method-Override, _method)',
    does: async (stage) => {
      const headers = [
        'X-HTTP-Method-Override: POST',
        'X-Method-Override: POST',
        `Origin: ${PAIRED}`,
        'Connection: close',
      ];
      const answer = await stage.raw.ask({
        method: 'HEAD',
        target: `/callto?number=${stage.fresh()}&_method=POST`,
        headers,
      });
      if (answer.status !== 405) throw new Error(`answered ${answer.status}`);
      return '405';
    },
  },
  ...PATHS.map((path): Attack => ({
    name: `path ${path}`,
    does: async (stage) => {
      const headers = ['Origin: https://evil.example', 'Connection: close'];
      const { status } = await stage.raw.ask({ target: `${path}?number=${stage.fresh()}`, headers });
      if (![0, 202, 400, 401, 403, 404, 429].includes(status)) throw new Error(`answered ${status}`);
      return status ? String(status) : 'closed';
    },
  })),
];
