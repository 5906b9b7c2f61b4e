// Somebody who is not paired tries to look like somebody who is. At most the agent is asked.

import { PAIRED, type Attack, type Stage } from '../stage';
import { closed, refused } from './expect';

/** Asked, refused, or too often. Never done. */
const NOT_DONE = [202, 204, 400, 401, 403, 429];

async function asks(stage: Stage, headers: string[], method = 'GET'): Promise<string> {
  const target = `/callto?number=${stage.fresh()}`;
  return refused(await stage.raw.ask({ method, target, headers: [...headers, 'Connection: close'] }), NOT_DONE);
}

const [SCHEME, NAME] = PAIRED.split('://') as [string, string];

/** Origins that are not the paired one, to anybody who reads them to the end. */
const ORIGINS: [said: string, ...origins: string[]][] = [
  ['null', 'null'],
  ['empty', ''],
  ['nobody we know', 'https://evil.example'],
  ['the paired name before another', `${PAIRED}.evil.example`],
  ['the paired name behind another', `https://evil-${NAME}`],
  ['below the paired name', `https://www.${NAME}`],
  ['the paired name over plain http', `http://${NAME}`],
  ['the paired name on another port', `${PAIRED}:444`],
  ['the paired name with a trailing dot', `${PAIRED}.`],
  ['the paired name as a user', `${PAIRED}@evil.example`],
  ['the paired name as a password', `https://evil:${NAME}@evil.example`],
  ['the paired name in the path', `https://evil.example/${PAIRED}`],
  ['the paired name behind a backslash', `https://evil.example\\@${NAME}`],
  ['the paired name behind a NUL', `https://evil.example%00${NAME}`],
  ['the paired name with a letter of another alphabet', Buffer.from(PAIRED.replace('c', 'с')).toString('latin1')],
  ['two in one', `${PAIRED} https://evil.example`],
  ['two in one, by comma', `https://evil.example, ${PAIRED}`],
  ['twice, ours last', 'https://evil.example', PAIRED],
  ['twice, ours first', PAIRED, 'https://evil.example'],
  ['twice the paired one', PAIRED, PAIRED],
  ['paired and null', 'null', PAIRED],
  ['a file', 'file://'],
  ['an extension', `chrome-extension://${NAME}`],
  ['a blob of the paired one', `blob:${PAIRED}/1`],
  ['a view-source of it', `view-source:${PAIRED}`],
  [`${SCHEME} in an unknown scheme`, `evil${SCHEME}://${NAME}`],
  ['a wildcard', '*'],
  ['the desk itself, over https', 'https://127.0.0.1'],
  ['10 kB', `https://${'a'.repeat(10_000)}.example`],
];

const NAVIGATION = ['Sec-Fetch-Mode: navigate', 'Sec-Fetch-Dest: document', 'Sec-Fetch-Site: cross-site'];
const CLICKED = [...NAVIGATION, 'Sec-Fetch-User: ?1'];

const REFERERS: [said: string, headers: string[]][] = [
  ['of the paired page, without a click', [...NAVIGATION, `Referer: ${PAIRED}/`]],
  ['of the paired page, on an image', ['Sec-Fetch-Mode: no-cors', 'Sec-Fetch-User: ?1', `Referer: ${PAIRED}/`]],
  ['of the paired page, from nobody', [`Referer: ${PAIRED}/`]],
  ['that only begins like it', [...CLICKED, `Referer: ${PAIRED}.evil.example/`]],
  ['that has it in the path', [...CLICKED, `Referer: https://evil.example/${PAIRED}/`]],
  ['that has it as a user', [...CLICKED, `Referer: ${PAIRED}@evil.example/`]],
  ['twice', [...CLICKED, 'Referer: https://evil.example/', `Referer: ${PAIRED}/`]],
  ['of the paired page beside Origin: null', [...CLICKED, 'Origin: null', `Referer: ${PAIRED}/`]],
  ['of the paired page beside another Origin', [...CLICKED, 'Origin: https://evil.example', `Referer: ${PAIRED}/`]],
];

/** What the nine commands and `/v1` tell or do for a stranger: nothing. */
const NOT_FOR_STRANGERS = [
  '/getcurrentcallinfo',
  '/getcurrentserveraddress',
  '/execsvcscript?name=x',
  '/disconnectcall',
  '/declinecall',
  '/headsetanswercall',
  '/switchto?number=100',
  '/v1/snapshot',
  '/v1/changes',
  '/v1/preview?target=100',
];

const strangers = NOT_FOR_STRANGERS.flatMap((target): Attack[] =>
  [[], ['Origin: https://evil.example'], ['Origin: null']].map((headers) => ({
    name: `stranger: ${target.split('?')[0]} (${headers[0] ?? 'no Origin'})`,
    does: async ({ raw }) => refused(await raw.ask({ target, headers: [...headers, 'Connection: close'] }), [401, 403]),
  })),
);

/** Methods that must do nothing, whoever asks: here it is the paired site. */
const methods = ['HEAD', 'PUT', 'DELETE', 'PATCH', 'TRACE', 'CONNECT', 'PROPFIND', 'get', 'GET\t', 'POSTGET'].map(
  (method): Attack => ({
    name: `method ${JSON.stringify(method)} of the paired site`,
    does: async (stage) => {
      const target = `/callto?number=${stage.fresh()}`;
      const answer = await stage.raw.ask({ method, target, headers: [`Origin: ${PAIRED}`, 'Connection: close'] });
      if (![400, 405, 421, 501, 0].includes(answer.status)) throw new Error(`answered ${answer.status}`);
      return answer.status ? String(answer.status) : 'closed';
    },
  }),
);

const preflights: Attack[] = [
  {
    name: 'preflight of the paired site dials nothing',
    does: async (stage) => {
      const headers = [`Origin: ${PAIRED}`, 'Access-Control-Request-Method: GET', 'Connection: close'];
      const target = `/callto?number=${stage.fresh()}`;
      const answer = await stage.raw.ask({ method: 'OPTIONS', target, headers });
      if (answer.status !== 204) throw new Error(`answered ${answer.status}`);
      if (/access-control-allow-origin:\s*\*|allow-credentials|allow-headers:.*(\*|authorization)/i.test(answer.head)) {
        throw new Error(`it opens too much: ${answer.head}`);
      }
      return '204';
    },
  },
  ...['Origin: https://evil.example', 'Origin: null', `Origin: ${PAIRED}.evil.example`, ''].map((origin): Attack => ({
    name: `preflight for private networks and Authorization (${origin || 'no Origin'})`,
    does: async ({ raw }) => {
      const headers = [...(origin ? [origin] : []), 'Access-Control-Request-Method: POST', 'Connection: close'];
      headers.push('Access-Control-Request-Headers: authorization', 'Access-Control-Request-Private-Network: true');
      const answers = [];
      for (const target of ['/v1/intent', '/v1/pair', '/callto?number=1', '*']) {
        const answer = await raw.ask({ method: 'OPTIONS', target, headers });
        closed(answer);
        if (answer.status < 400 && answer.status !== 0) throw new Error(`${target} answered ${answer.status}`);
        answers.push(answer.status);
      }
      return answers.join(', ');
    },
  })),
];

export const IDENTITY: Attack[] = [
  ...ORIGINS.map(([said, ...origins]): Attack => {
    const headers = origins.map((origin) => `Origin: ${origin}`);
    return { name: `Origin: ${said}`, does: (stage) => asks(stage, headers, 'POST') };
  }),
  ...REFERERS.map(([said, headers]): Attack => ({ name: `Referer ${said}`, does: (stage) => asks(stage, headers) })),
  ...strangers,
  ...methods,
  ...preflights,
];
