// DNS rebinding in the browser itself: a page of evil.example whose name, a moment later, is this machine. For the
// browser the desk is then of the page's own origin: it keeps nothing back and sends no Origin.

import type { Attack, Stage } from '../stage';
import { tally } from './expect';

async function rebinds(stage: Stage, name: string, script: string): Promise<string> {
  const page = await stage.visitor();
  const origin = `http://${name}:${stage.port}`;
  // What the attacker's own server said before its name moved.
  await page.route(`${origin}/before`, (route) => route.fulfill({ contentType: 'text/html', body: '<p>evil' }));
  await page.goto(`${origin}/before`);
  const read = (await page.evaluate(`(async () => { const number = ${stage.fresh()}; ${script} })()`)) as string[];
  await page.context().close();
  read.forEach((text) => stage.overhears(text));
  const wrong = read.find((status) => !status.startsWith('421') && status !== 'blocked');
  if (wrong !== undefined) throw new Error(`answered ${wrong.slice(0, 200)}`);
  return tally(read.map((text) => text.split(' ')[0] ?? ''));
}

const EVERYTHING = `
  const said = (answer) => answer.text().then((text) => answer.status + ' ' + text);
  const asks = ['/callto?number=' + number, '/v1/snapshot', '/v1/changes', '/getcurrentcallinfo', '/v1/openapi.json', '/disconnectcall'];
  const posts = ['/callto?number=' + number, '/v1/intent', '/v1/pair', '/switchto?number=100'];
  return Promise.all([
    ...asks.map((path) => fetch(path).then(said, () => 'blocked')),
    ...posts.map((path) => fetch(path, { method: 'POST', body: '{"type":"dial","target":"100"}' }).then(said, () => 'blocked')),
    ...posts.map((path) => fetch(path, { method: 'POST', headers: { Host: '127.0.0.1', 'Content-Type': 'application/json' }, body: '{}' }).then(said, () => 'blocked')),
  ]);
`;

export const REBINDING: Attack[] = [
  { name: 'rebinding: evil.example, fetch', does: (stage) => rebinds(stage, 'evil.example', EVERYTHING) },
  {
    name: 'rebinding: crm.example, the name of a paired site',
    does: (stage) => rebinds(stage, 'crm-0.example', EVERYTHING),
  },
  { name: 'rebinding: evil.localhost', does: (stage) => rebinds(stage, 'evil.localhost', EVERYTHING) },
  { name: 'rebinding: 127.0.0.1.example', does: (stage) => rebinds(stage, '127.0.0.1.example', EVERYTHING) },
  { name: 'rebinding: 0.0.0.0', does: (stage) => rebinds(stage, '0.0.0.0', EVERYTHING) },
  {
    name: 'rebinding: a page reads an iframe of its own name',
    does: (stage) =>
      rebinds(
        stage,
        'evil.example',
        `const frame = document.createElement('iframe');
         const loaded = new Promise((done) => (frame.onload = done));
         frame.src = '/v1/snapshot';
         document.body.append(frame);
         await loaded;
         const text = frame.contentDocument?.body?.textContent ?? '';
         return [text.includes('wrong_host') ? '421' : text ? 'read ' + text : 'blocked'];`,
      ),
  },
];
