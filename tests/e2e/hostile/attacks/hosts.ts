// DNS rebinding by hand: another name for this machine. Each comes with the right token and a number, so that whoever is
// let in dials.

import type { Attack, Stage } from '../stage';
import type { Request } from '../raw';
import { refused } from './expect';

/** hyper itself turns away what is no host at all. */
const TURNED_AWAY = [421, 400, 0];

const NAMES = (port: number): [said: string, host: string][] => [
  ['another name', `evil.example:${port}`],
  ['no port', '127.0.0.1'],
  ['localhost without port', 'localhost'],
  ['another port', `127.0.0.1:${port + 1}`],
  ['port 0', '127.0.0.1:0'],
  ['port with a zero before it', `127.0.0.1:0${port}`],
  ['port and a whole 65536 more', `127.0.0.1:${port + 65_536}`],
  ['trailing dot', `127.0.0.1.:${port}`],
  ['localhost with a trailing dot', `localhost.:${port}`],
  ['below localhost', `evil.localhost:${port}`],
  ['localhost.localdomain', `localhost.localdomain:${port}`],
  ['decimal', `2130706433:${port}`],
  ['hexadecimal', `0x7f000001:${port}`],
  ['hexadecimal, dotted', `0x7f.0.0.1:${port}`],
  ['hexadecimal, short', `0x7f.1:${port}`],
  ['octal', `0177.0.0.1:${port}`],
  ['short', `127.1:${port}`],
  ['another loopback address', `127.0.0.2:${port}`],
  ['0.0.0.0', `0.0.0.0:${port}`],
  ['0', `0:${port}`],
  ['IPv6 any', `[::]:${port}`],
  ['IPv6 loopback, long', `[0:0:0:0:0:0:0:1]:${port}`],
  ['IPv6 loopback with a zone', `[::1%25lo]:${port}`],
  ['IPv6 loopback without brackets', `::1:${port}`],
  ['IPv4 in IPv6', `[::ffff:127.0.0.1]:${port}`],
  ['IPv4 in IPv6, hexadecimal', `[::ffff:7f00:1]:${port}`],
  ['a service that answers with our address', `127.0.0.1.nip.example:${port}`],
  ['a user before it', `127.0.0.1:${port}@evil.example`],
  ['a user that is another name', `evil.example@127.0.0.1:${port}`],
  ['a path behind it', `127.0.0.1:${port}/.evil.example`],
  ['two in one', `127.0.0.1:${port}, evil.example`],
  ['fullwidth digits', Buffer.from(`１２７.0.0.1:${port}`).toString('latin1')],
  ['empty', ''],
];

/** Ways to name two hosts, or none. */
const SHAPES = (stage: Stage, host: string): [said: string, request: Request][] => [
  ['no Host', { host: null }],
  ['no Host, HTTP/1.0', { host: null, version: 'HTTP/1.0' }],
  ['the right Host, then another', { headers: ['Host: evil.example'] }],
  ['another Host, then the right one', { host: 'evil.example', headers: [`Host: ${host}`] }],
  ['the right Host twice', { headers: [`Host: ${host}`] }],
  ['a blank before the colon', { host: null, headers: [`Host : ${host}`] }],
  ['folded', { host: 'evil.example', headers: [` Host: ${host}`] }],
  ['absolute target of another name', { target: `http://evil.example/callto?number=${stage.fresh()}` }],
  [
    'absolute target of ours, another Host',
    { target: `http://${host}/callto?number=${stage.fresh()}`, host: 'evil.example' },
  ],
  ['absolute target with a user', { target: `http://127.0.0.1:1@evil.example/callto?number=${stage.fresh()}` }],
  ['X-Forwarded-Host', { host: 'evil.example', headers: [`X-Forwarded-Host: ${host}`, `Forwarded: host="${host}"`] }],
];

async function asks(stage: Stage, request: Request): Promise<string> {
  const headers = [`Authorization: Bearer ${stage.token}`, ...(request.headers ?? []), 'Connection: close'];
  const target = `/callto?number=${stage.fresh()}`;
  return refused(await stage.raw.ask({ target, ...request, headers }), TURNED_AWAY);
}

// The port is not known before there is a desk: any will do to count them.
const names = NAMES(0).map(([said], i): Attack => {
  const host = (stage: Stage) => NAMES(stage.port)[i]?.[1] ?? '';
  return { name: `Host: ${said}`, does: (stage) => asks(stage, { host: host(stage) }) };
});
const said = SHAPES({ fresh: () => '' } as Stage, '').map(([said]) => said);
const shapes = said.map((name, i): Attack => {
  return { name: `Host: ${name}`, does: (stage) => asks(stage, SHAPES(stage, stage.raw.host)[i]?.[1] ?? {}) };
});

export const HOSTS: Attack[] = [...names, ...shapes];
