// The bearer token: guessed, misplaced, nearly right.

import type { Attack, Stage } from '../stage';
import { refused } from './expect';

const GUESSES = 10_000;
/** So many at a time on each of a few connections. */
const BATCH = 250;
const LINES = 4;

const NEARLY: [said: string, authorization: (token: string) => string[]][] = [
  ['empty', () => ['Authorization: Bearer ']],
  ['no scheme', (token) => [`Authorization: ${token}`]],
  ['as a Basic password', (token) => [`Authorization: Basic ${Buffer.from(`:${token}`).toString('base64')}`]],
  ['as a Digest', (token) => [`Authorization: Digest ${token}`]],
  ['all but its end', (token) => [`Authorization: Bearer ${token.slice(0, -1)}`]],
  ['with one more', (token) => [`Authorization: Bearer ${token}0`]],
  ['with another letter', (token) => [`Authorization: Bearer ${token.slice(0, -1)}${token.endsWith('0') ? 1 : 0}`]],
  ['in capitals', (token) => [`Authorization: Bearer ${token.toUpperCase()}`]],
  ['right and wrong', (token) => [`Authorization: Bearer ${token}`, 'Authorization: Bearer wrong']],
  ['wrong and right', (token) => ['Authorization: Bearer wrong', `Authorization: Bearer ${token}`]],
  ['in X-Authorization', (token) => [`X-Authorization: Bearer ${token}`]],
  ['in Proxy-Authorization', (token) => [`Proxy-Authorization: Bearer ${token}`]],
  ['in a cookie', (token) => [`Cookie: token=${token}; Authorization=Bearer ${token}`]],
  ['10 kB', () => [`Authorization: Bearer ${'0'.repeat(10_000)}`]],
];

const MISPLACED = ['token', 'access_token', 'bearer', 'authorization', 'api_key'];

async function guess(stage: Stage, count: number): Promise<number> {
  const line = await stage.raw.connect();
  let refusals = 0;
  for (let done = 0; done < count; done += BATCH) {
    const answers = stage.raw.answers(line, BATCH, 20_000);
    const requests = Array.from({ length: BATCH }, (_, i) => {
      const wrong = (done + i).toString(16).padStart(stage.token.length, '0');
      return stage.raw.bytes({ target: '/v1/snapshot', headers: [`Authorization: Bearer ${wrong}`] });
    });
    line.write(Buffer.concat(requests));
    const found = await answers;
    if (found.some(({ status }) => status !== 401)) throw new Error('a guess was not answered 401');
    refusals += found.length;
  }
  line.destroy();
  return refusals;
}

export const TOKENS: Attack[] = [
  ...NEARLY.map(([said, authorization]): Attack => ({
    name: `token ${said}`,
    does: async ({ raw, token }) => {
      const headers = [...authorization(token), 'Connection: close'];
      return refused(await raw.ask({ target: '/v1/snapshot', headers }), [401]);
    },
  })),
  {
    name: 'a wrong token on /callto does not count as a page',
    does: async (stage) => {
      const headers = ['Authorization: Bearer wrong', 'Connection: close'];
      return refused(await stage.raw.ask({ target: `/callto?number=${stage.fresh()}`, headers }), [401]);
    },
  },
  {
    name: 'the right token in the query or the body',
    does: async ({ raw, token }) => {
      const statuses = [];
      for (const name of MISPLACED) {
        const [query, headers] = [`${name}=${token}`, ['Connection: close']];
        statuses.push(refused(await raw.ask({ target: `/v1/snapshot?${query}`, headers }), [401]));
        statuses.push(refused(await raw.ask({ target: `/v1/changes?${query}`, headers }), [401]));
        const form = ['Content-Type: application/x-www-form-urlencoded', ...headers];
        statuses.push(
          refused(await raw.ask({ method: 'POST', target: '/v1/intent', headers: form, body: query }), [401]),
        );
      }
      return `${statuses.length} × 401`;
    },
  },
  {
    name: `${GUESSES} wrong tokens, and the right one still opens`,
    loud: true,
    does: async (stage) => {
      const began = Date.now();
      const counts = await Promise.all(Array.from({ length: LINES }, () => guess(stage, GUESSES / LINES)));
      const refusals = counts.reduce((sum, count) => sum + count, 0);
      if (refusals !== GUESSES) throw new Error(`${refusals} answers`);
      const { status } = await stage.agent.ask('GET', '/v1/snapshot');
      if (status !== 200) throw new Error(`the right token is answered ${status}`);
      return `${GUESSES} × 401 in ${Date.now() - began} ms; 2^256 would take longer`;
    },
  },
];
