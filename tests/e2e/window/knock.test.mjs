// Which of several starts is the Ringside that runs, and how the others reach it.

import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { BINARY, start } from './ringside.mjs';
import { until } from './webdriver.mjs';

const run = promisify(execFile);
const HEADLESS = join(dirname(BINARY), 'ringside-headless');
const LINK = join(dirname(BINARY), 'ringside-link');

test('two that start at once are one Ringside', { timeout: 30_000 }, async () => {
  const args = ['--practice', ...(await folders())];
  const twins = [1, 2].map(() => spawn(BINARY, args, { stdio: 'ignore' }));
  const gone = twins.map(async (twin) => {
    const [status] = await once(twin, 'exit');
    return { twin, status };
  });
  try {
    const { twin: second, status } = await Promise.race(gone);
    assert.equal(status, 0);
    await until('there is a window', async () => (await windows()) > 0);
    assert.equal(await windows(), 1);
    const first = twins.find((twin) => twin !== second);
    first.kill();
    assert.equal((await gone[twins.indexOf(first)]).status, 0);
  } finally {
    for (const twin of twins) twin.kill('SIGKILL');
  }
});

test('one that has no window is reached without a display, killed or stopped it is not waited for', async () => {
  const { DISPLAY: _, DBUS_SESSION_BUS_ADDRESS: __, ...env } = process.env;
  const place = await folders();
  const headless = spawn(HEADLESS, ['--practice', ...place], { stdio: ['ignore', 'pipe', 'ignore'] });
  try {
    const changes = createInterface(headless.stdout)[Symbol.asyncIterator]();
    const call = async (fits) => {
      for (;;) {
        const { value } = await changes.next();
        const { change } = JSON.parse(value);
        if (change?.type === 'account_changed' && fits(change.account)) return change.account;
        if (change?.type === 'call_changed' && fits(change.call)) return change.call;
      }
    };
    await call(({ registration }) => registration === 'registered');
    assert.deepEqual(await start([...place, 'tel:700'], env), { status: 0, complaint: '' });
    assert.equal((await call(({ state }) => state === 'active')).peer.number, '700');
    assert.deepEqual(await start([...place, '--hang-up'], env, LINK), { status: 0, complaint: '' });
    assert.equal((await call(({ state }) => state === 'ended')).ended.reason, 'hung_up');
    // What `ringside-link` cannot have done at once is for `ringside` to tell.
    const refused = await start([...place, '--', 'tel:'], env, LINK);
    assert.equal(refused.status, 2);
    assert.match(refused.complaint, /^ringside: There is no number/);

    headless.kill('SIGSTOP');
    const stopped = await start([...place, 'tel:700'], env);
    assert.equal(stopped.status, 1);
    assert.match(stopped.complaint, /does not answer/);
    headless.kill('SIGKILL');
    await once(headless, 'exit');
    const killed = await start([...place, '--hang-up'], env);
    assert.equal(killed.status, 1);
    assert.match(killed.complaint, /not running/);
  } finally {
    headless.kill('SIGKILL');
  }
});

test('a link that only some countries dial opens Ringside, one without a number is refused as by the one that runs', async () => {
  const place = ['--practice', ...(await folders())];
  const refused = await start([...place, '--', 'tel:']);
  assert.equal(refused.status, 2);
  assert.match(refused.complaint, /^ringside: There is no number/);
  const told = async () => JSON.parse((await run('dunstctl', ['history'])).stdout).data[0][0]?.body.data;
  await run('dunstctl', ['close-all']);
  await until('a notification tells it', async () => /There is no number/.test(await told()));
  const opened = spawn(BINARY, [...place, 'tel:1-800-FLOWERS'], { stdio: 'ignore' });
  try {
    await until('there is a window', async () => (await windows()) === 1);
  } finally {
    opened.kill('SIGKILL');
  }
});

test('what is selected is offered, or the sentence says what is wrong with it', async () => {
  const place = await folders();
  const headless = spawn(HEADLESS, ['--practice', ...place], { stdio: ['ignore', 'pipe', 'ignore'] });
  try {
    await until('it is reached', async () => (await start([...place, '--hang-up'])).complaint.includes('call'));
    const offer = async (selected, copied) => {
      const selector = selected || copied ? await select({ p: selected, c: copied }) : null;
      try {
        return await start([...place, '--dial-selection']);
      } finally {
        selector?.kill();
      }
    };
    const nothing = { status: 1, complaint: 'ringside: There is no number to dial in what you selected\n' };
    assert.deepEqual(await offer(''), nothing);
    assert.deepEqual(await offer('until tomorrow, then'), nothing);
    const two = await offer('+7 495 229-49-89 or +7 495 229-49-90');
    assert.equal(two.status, 1);
    assert.match(two.complaint, /^ringside: There is more than one number/);
    const shown = { status: 0, complaint: '' };
    assert.deepEqual(await offer('+7 495 229-49-89', 'until tomorrow, then'), shown);
    for (const useless of [undefined, 'until tomorrow, then', '1'.repeat(1025)]) {
      assert.deepEqual(await offer(useless, '+7 495 229-49-90'), shown, `copied, and selected is ${useless}`);
    }
    assert.deepEqual(await offer('until tomorrow, then', 'until Monday, then'), nothing);
    const { DISPLAY: _, ...env } = process.env;
    const blind = await start([...place, '--dial-selection'], env);
    assert.equal(blind.status, 1);
    assert.match(blind.complaint, /^ringside: the selected text cannot be read: /);
  } finally {
    headless.kill('SIGKILL');
  }
});

/**
 * A terminal in which texts are selected (`p`) or copied (`c`), as OSC 52 of xterm's control sequences lets a program do.
 */
async function select(texts) {
  const osc52 = Object.entries(texts)
    .filter(([, text]) => text)
    .map(([where, text]) => `\\033]52;${where};${Buffer.from(text).toString('base64')}\\007`)
    .join('');
  const say = `printf '${osc52}'; printf '\\033]2;Selected\\007'; exec sleep 60`;
  const terminal = spawn('xterm', ['-xrm', '*allowWindowOps: true', '-e', say], { stdio: 'ignore' });
  const search = () => run('xdotool', ['search', '--name', '^Selected$']);
  await until('it is selected', () =>
    search().then(
      () => true,
      () => false,
    ),
  );
  return terminal;
}

async function folders() {
  const data = await mkdtemp(join(process.env.DESKTOP_HOME, 'knock-'));
  const settings = join(data, 'settings.toml');
  await writeFile(settings, 'version = 1\n[local_api]\nport = 0\n');
  return ['--settings', settings, '--data', data];
}

async function windows() {
  const search = run('xdotool', ['search', '--onlyvisible', '--name', '^Ringside$']);
  const { stdout } = await search.catch(() => ({ stdout: '' }));
  return stdout.split('\n').filter(Boolean).length;
}
