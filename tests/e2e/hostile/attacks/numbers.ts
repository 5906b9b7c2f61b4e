// What is no number must not get near the wire, even from somebody who may dial. All these come with the right token.

import type { Attack, Stage } from '../stage';

const BAD = [400, 413, 414, 431, 0];

/** As it stands in the query. */
const TABLE: [said: string, query: string][] = [
  ['CR LF, escaped', '100%0d%0aVia:%20SIP/2.0/UDP%20evil.example'],
  ['CR, escaped', '100%0dX-Evil:%201'],
  ['LF, escaped', '100%0aX-Evil:%201'],
  ['CR LF, escaped twice', '100%250d%250aX-Evil:%201'],
  ['CR LF in overlong UTF-8', '100%c0%8d%c0%8aX-Evil:%201'],
  ['line separator', '100%e2%80%a8X-Evil:%201'],
  ['NUL, escaped', '100%00200'],
  ['tab', '100%09200%0b'],
  ['a parameter', '100;transport=tcp'],
  ['a parameter, escaped', '100%3Btransport%3Dtcp'],
  ['phone-context', '100;phone-context=evil.example'],
  ['Replaces', '100?Replaces=1%3Bto-tag%3D2%3Bfrom-tag%3D3'],
  ['Replaces, escaped', '100%3FReplaces%3D1%3Bto-tag%3D2'],
  ['another host', '100@evil.example'],
  ['a sip: address', 'sip:evil@evil.example'],
  ['a sips: address', 'sips:evil@evil.example'],
  ['a tel: address', 'tel:100'],
  ['a callto: address', 'callto:100'],
  ['a javascript: address', 'javascript:alert(1)'],
  ['angle brackets', '<sip:evil@evil.example>'],
  ['a quote', '100"%20<sip:evil@evil.example>'],
  ['a comma', '100,200'],
  ['a pause', '100p200'],
  ['a script', '<script>alert(1)</script>'],
  ['an image', '"><img%20src=x%20onerror=alert(1)>'],
  ['XML', '100"%20/><property_simple%20key="mode"%20value="none'],
  ['CDATA', ']]><evil/>'],
  ['a shell', '100;reboot'],
  ['a shell, back ticks', '`reboot`'],
  ['a path', '../../etc/passwd'],
  ['a format', '%25s%25n%25x'],
  ['a right-to-left override', '%e2%80%ae001'],
  ['an isolate', '%e2%81%a6100'],
  ['a zero width blank', '1%e2%80%8b00'],
  ['fullwidth digits', '%ef%bc%91%ef%bc%90%ef%bc%90'],
  ['superscript', '1%c2%b2'],
  ['circled', '%e2%91%a0'],
  ['Bengali digits', '%e0%a7%a7%e0%a7%a6%e0%a7%a6'],
  ['invalid UTF-8', '100%ff'],
  ['half an escape', '100%'],
  ['no escape', '100%zz'],
  ['letters', 'evil'],
  ['letters beyond D', '100E'],
  ['empty', ''],
  ['blanks', '%20%20'],
  ['only a plus', '%2B'],
  ['only separators', '()-.'],
  ['33 digits', '1'.repeat(33)],
  ['10 kB of digits', '1'.repeat(10_000)],
  ['10 kB of blanks', `100${'%20'.repeat(3_400)}`],
];

const TWICE: [said: string, query: string, body?: string][] = [
  ['number twice', 'number=100&number=200'],
  ['the same number twice', 'number=100&number=100'],
  ['number twice, once escaped', 'number=100&n%75mber=200'],
  ['number in query and body', 'number=100', 'number=200'],
  ['number twice in the body', '', 'number=100&number=200'],
  ['number as a list', 'number[]=100&number[]=200'],
  ['number behind a semicolon', 'x=1;number=100'],
  ['number twice, once in other letters', 'number=100&Number=200'],
  ['number in the fragment', 'x#number=100'],
  ['account twice', 'number=100&account=work&account=practice'],
  ['an account that is not there', 'number=100&account=evil'],
  ['an account with a line end', 'number=100&account=work%0d%0a'],
  ['via twice', 'number=100&via=softphone&via=pbx'],
  ['via something else', 'number=100&via=evil'],
];

async function asks(stage: Stage, query: string, body?: string): Promise<string> {
  const headers = [`Authorization: Bearer ${stage.token}`, 'Connection: close'];
  if (body !== undefined) headers.push('Content-Type: application/x-www-form-urlencoded');
  const method = body === undefined ? 'GET' : 'POST';
  const { status } = await stage.raw.ask({ method, target: `/callto?${query}`, headers, body });
  if (!BAD.includes(status)) throw new Error(`answered ${status}`);
  return status ? String(status) : 'closed';
}

/** Bytes that no well-formed request has, in places where somebody might write them on. */
const LINES: [said: string, line: string, headers?: string[]][] = [
  ['CR LF in the target', '/callto?number=100\r\nX-Evil: 1'],
  ['LF in the target', '/callto?number=100\nX-Evil: 1'],
  ['a bare CR in the target', '/callto?number=100\rX-Evil: 1'],
  ['NUL in the target', '/callto?number=100\0'],
  ['a blank in the target', '/callto?number=100 200'],
  ['bytes beyond ASCII in the target', '/callto?number=1\xff\xfe00'],
  ['a bare CR in a header', '/callto?number=x', ['X-Evil: 1\rHost: evil.example']],
  ['NUL in a header', '/callto?number=x', ['Origin: https://evil.example\0']],
  ['a header without a name', '/callto?number=x', [': evil']],
  ['a header without a colon', '/callto?number=x', ['evil']],
];

const GARBLED: Attack[] = LINES.map(([said, target, headers = []]) => ({
  name: `line: ${said}`,
  does: async ({ raw }) => {
    const { status, head } = await raw.ask({ target, headers: [...headers, 'Connection: close'] });
    if (/x-evil/i.test(head)) throw new Error('it comes back as a header');
    if (status >= 500) throw new Error(`answered ${status}`);
    return status ? String(status) : 'closed';
  },
}));

export const NUMBERS: Attack[] = [
  ...TABLE.map(([said, query]): Attack => ({
    name: `number: ${said}`,
    does: (stage) => asks(stage, `number=${query}`),
  })),
  ...TWICE.map(([said, query, body]): Attack => ({
    name: `query: ${said}`,
    does: (stage) => asks(stage, query, body),
  })),
  ...GARBLED,
];
