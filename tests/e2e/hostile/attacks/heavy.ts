// Too large, or too slow.

import type { Socket } from 'node:net';
import { type Attack, type Stage } from '../stage';
import { tally } from './expect';

const TEN_MB = 10 * 1024 * 1024;

/** Where a body may be sent by whom: only the last of them may send any at all. */
const ROUTES: [target: string, headers: (stage: Stage) => string[]][] = [
  ['/callto?number=100', () => []],
  ['/v1/pair', () => ['Origin: https://evil.example']],
  ['/nowhere', () => []],
  ['/v1/intent', ({ token }) => [`Authorization: Bearer ${token}`]],
];

const REFUSED = [0, 400, 401, 403, 404, 413];

/** Writes as fast as the other side takes it, until it is done or the other side has had enough; gives how much it took. */
async function pour(line: Socket, bytes: number, chunk: Buffer): Promise<number> {
  let poured = 0;
  while (poured < bytes && !line.destroyed && line.writable) {
    poured += chunk.length;
    if (!line.write(chunk)) {
      await new Promise<void>((go) => {
        const on = () => [line.off('drain', on), line.off('close', on), clearTimeout(late), go()];
        const late = setTimeout(on, 2_000);
        line.once('drain', on).once('close', on);
      });
      if (line.writableLength > 8 * chunk.length) break;
    }
  }
  return poured;
}

async function tenMegabytes(stage: Stage, target: string, headers: string[], chunked: boolean): Promise<string> {
  const line = await stage.raw.connect();
  const answered = stage.raw.answers(line, 1, 4_000);
  const framing = chunked ? 'Transfer-Encoding: chunked' : `Content-Length: ${TEN_MB}`;
  line.write(stage.raw.bytes({ method: 'POST', target, headers: [...headers, framing] }));
  const piece = Buffer.alloc(65_536, 'x');
  const chunk = chunked ? Buffer.concat([Buffer.from('10000\r\n'), piece, Buffer.from('\r\n')]) : piece;
  await pour(line, TEN_MB, chunk);
  const [answer] = await answered;
  line.destroy();
  const status = answer?.status ?? 0;
  if (!REFUSED.includes(status)) throw new Error(`${target} answered ${status}`);
  return String(status || 'closed');
}

/** Opens so many connections that each send a byte a second; gives how long the most patient of them lived. */
async function slowly(stage: Stage, count: number, opening: string, bound: number): Promise<number> {
  const lines = await Promise.all(Array.from({ length: count }, () => stage.raw.connect()));
  const began = Date.now();
  for (const line of lines) line.resume().write(opening);
  const drip = setInterval(() => lines.forEach((line) => line.writable && line.write('x')), 1_000);
  const all = lines.map(
    (line) => new Promise<void>((gone) => (line.destroyed ? gone() : line.once('close', () => gone()))),
  );
  await Promise.race([Promise.all(all), new Promise((late) => setTimeout(late, bound))]);
  clearInterval(drip);
  const alive = lines.filter((line) => !line.destroyed).length;
  lines.forEach((line) => line.destroy());
  if (alive) throw new Error(`${alive} of ${count} still hold on after ${bound} ms`);
  return Date.now() - began;
}

const BOMBS: [said: string, bytes: (host: string) => Buffer][] = [
  [
    '1 000 headers',
    (host) =>
      head(
        host,
        Array.from({ length: 1_000 }, (_, i) => `X-${i}: x`),
      ),
  ],
  ['a header of 1 MB', (host) => head(host, [`X: ${'x'.repeat(1 << 20)}`])],
  ['a name of 1 MB', (host) => head(host, [`${'x'.repeat(1 << 20)}: x`])],
  [
    'a target of 1 MB',
    (host) => Buffer.from(`GET /callto?number=${'1'.repeat(1 << 20)} HTTP/1.1\r\nHost: ${host}\r\n\r\n`),
  ],
  ['a method of 1 MB', (host) => Buffer.from(`${'A'.repeat(1 << 20)} / HTTP/1.1\r\nHost: ${host}\r\n\r\n`)],
  ['10 000 cookies', (host) => head(host, [`Cookie: ${'a=b; '.repeat(10_000)}`])],
];

function head(host: string, headers: string[]): Buffer {
  return Buffer.from(`GET /v1/snapshot HTTP/1.1\r\nHost: ${host}\r\n${headers.join('\r\n')}\r\n\r\n`);
}

export const HEAVY: Attack[] = [
  ...[false, true].map((chunked): Attack => ({
    name: `10 MB to every route, ${chunked ? 'in chunks' : 'declared'}`,
    loud: true,
    does: async (stage) => {
      const answers = [];
      for (const [target, headers] of ROUTES) answers.push(await tenMegabytes(stage, target, headers(stage), chunked));
      return tally(answers);
    },
  })),
  {
    name: '64 times 10 MB at once',
    loud: true,
    does: async (stage) => {
      const all = Array.from({ length: 64 }, (_, i) => tenMegabytes(stage, '/callto', [], i % 2 === 0));
      return tally(await Promise.all(all));
    },
  },
  ...BOMBS.map(([said, bytes]): Attack => ({
    name: `head: ${said}`,
    does: async (stage) => {
      const [answer] = await stage.raw.say(bytes(stage.raw.host), 1, { bound: 8_000 });
      if (answer && ![400, 401, 414, 431].includes(answer.status)) throw new Error(`answered ${answer.status}`);
      return String(answer?.status ?? 'closed');
    },
  })),
  {
    name: 'slow heads, slow bodies: 100 connections each, a byte a second',
    loud: true,
    does: async (stage) => {
      const head = `GET /callto?number=100 HTTP/1.1\r\nHost: ${stage.raw.host}\r\nX: `;
      const authorization = `Authorization: Bearer ${stage.token}`;
      const body = (lines: string[]) =>
        stage.raw
          .bytes({ method: 'POST', target: '/v1/intent', headers: [...lines, 'Content-Length: 60000'] })
          .toString('latin1');
      const [heads, bodies, known] = await Promise.all([
        slowly(stage, 100, head, 15_000),
        slowly(stage, 100, body([]), 20_000),
        slowly(stage, 100, body([authorization]), 20_000),
      ]);
      return `heads are dropped within ${heads} ms, bodies of nobody ${bodies} ms, bodies with the token ${known} ms`;
    },
  },
  {
    name: 'a reader who never reads: 2 000 requests on each of 16 connections',
    loud: true,
    does: async (stage) => {
      const lines = await Promise.all(Array.from({ length: 16 }, () => stage.raw.connect()));
      const requests = Buffer.concat(Array.from({ length: 100 }, () => stage.raw.bytes({ target: '/v1/snapshot' })));
      lines.forEach((line) => line.pause());
      await Promise.all(lines.map((line) => pour(line, requests.length * 20, requests)));
      lines.forEach((line) => line.destroy());
      return 'they are left to wait';
    },
  },
];
