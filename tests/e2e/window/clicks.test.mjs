// Numbers that are clicked elsewhere: the command line, links, web pages, and text that is selected.

import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { Ringside, start } from './ringside.mjs';
import { until } from './webdriver.mjs';

const run = promisify(execFile);
const DATA = join(process.env.XDG_DATA_HOME, 'ringside');

let ringside;

before(async () => {
  ringside = await Ringside.start('tel:700');
});

after(() => ringside?.close());

/** One chapter; a broken one leaves a picture and the log. */
function chapter(name, tell) {
  test(name, { timeout: 30_000 }, async () => {
    try {
      await tell();
    } catch (error) {
      const picture = await ringside.screenshot(`clicks-failed-${name.replaceAll(/\W+/g, '-')}`);
      error.message += `\nthe screen: ${picture}\nthe log:\n${await ringside.log()}`;
      throw error;
    }
  });
}

const link = async (...args) => assert.deepEqual(await start(args), { status: 0, complaint: '' });
const prompts = async () => (await ringside.ask('snapshot')).prompts;
const onlyPrompt = (what, fits) =>
  until(what, async () => {
    const [prompt, ...others] = await prompts();
    return prompt && others.length === 0 && fits(prompt) && prompt;
  });
const dismiss = (prompt) => ringside.ask('intent', { intent: { type: 'dismiss_prompt', prompt: prompt.id } });
/** Waits for the window, with the keyboard. */
const comes = async () => {
  await until('the window comes', () => ringside.onScreen());
  await until('with the keyboard', async () => (await ringside.inFront()) === 'Ringside');
};
const ended = (call) => ringside.call({ id: call.id, state: 'ended' });
/** Links come at most one in three seconds, or they ask. */
const linksCount = () => until('a link may dial again', async () => Date.now() > lastLink + 3100);
let lastLink = 0;

/** Opens a link as soon as it may dial, and returns the call. */
async function dialled(number, open) {
  await linksCount();
  await open();
  lastLink = Date.now();
  const call = await ringside.call({ state: 'active', direction: 'outbound' });
  assert.equal(call.peer.number, number);
  return call;
}

chapter('a link opens Ringside, which dials once it is registered', async () => {
  const call = await ringside.call({ state: 'active', direction: 'outbound' });
  lastLink = Date.now();
  assert.equal(call.peer.number, '700');
  await ringside.shows('article[data-state=active]');
  await ringside.screenshot('clicks-cold-start');
  await link('--hang-up');
  await ended(call);
});

chapter('a link is dialled by the Ringside that runs, which shows it behind the letter one writes', async () => {
  await ringside.closeWindow();
  const letter = await writeLetter();
  try {
    const call = await dialled('701', () => link('--', 'tel:701'));
    await until('the window comes', () => ringside.onScreen());
    await until('a notification comes', async () => (await ringside.notifications()) === 1);
    assert.equal(await ringside.inFront(), 'Letter');
    await ringside.screenshot('clicks-dialled-behind');
    await ringside.answerNotification();
    assert.equal((await ended(call)).ended.reason, 'hung_up');
    await until('the notification goes', async () => (await ringside.notifications()) === 0);
    assert.match(await ringside.lastNotification(), /701/);
  } finally {
    letter.kill();
  }
});

chapter('it needs no display for that', async () => {
  const { DISPLAY: _, ...env } = process.env;
  const call = await dialled('700', async () => assert.equal((await start(['callto:7-0-0'], env)).status, 0));
  await link('--hangup');
  await ended(call);
});

chapter('calls are answered, refused and ended from the command line', async () => {
  const ring = async () => {
    await ringside.ask('intent', { intent: { type: 'dial', target: '720' } });
    return ringside.call({ state: 'ringing', direction: 'inbound' });
  };
  const first = await ring();
  await link('--answer');
  await ringside.call({ id: first.id, state: 'active' });
  await link('--hang-up');
  await ended(first);
  const second = await ring();
  await link('--decline');
  assert.equal((await ended(second)).ended.reason, 'declined');
  for (const command of ['--answer', '--hang-up']) {
    const { status, complaint } = await start([command]);
    assert.equal(status, 1);
    assert.match(complaint, /^ringside: .*call/);
  }
});

chapter('a paired page that dials is named until one looks at the window', async () => {
  const origin = 'https://crm.example';
  await ringside.ask('intent', { intent: { type: 'pair_origin', origin } });
  const letter = await writeLetter();
  try {
    assert.equal(await page(origin, '700'), 200);
    const call = await ringside.call({ state: 'active', direction: 'outbound' });
    await until('a notification comes', async () => (await ringside.notifications()) === 1);
    assert.equal(await ringside.inFront(), 'Letter');
    await link();
    await comes();
    await until('the notification goes', async () => (await ringside.notifications()) === 0);
    assert.match(await ringside.lastNotification(), /crm\.example.*700/);
    await ringside.call({ id: call.id, state: 'active' });
    await link('/hangupall');
    await ended(call);
  } finally {
    letter.kill();
    await ringside.ask('intent', { intent: { type: 'forget_origin', origin } });
  }
});

chapter('what cannot be dialled is a sentence and status 2', async () => {
  for (const args of [['tel:'], ['--', 'tel:?'], ['700 or 701'], ['--nonsense'], ['/format'], ['1', '2']]) {
    const { status, complaint } = await start(args);
    assert.equal(status, 2, args.join(' '));
    assert.match(complaint, /^ringside: .{10,}\n$/);
  }
});

chapter('an emergency number and a foreign address ask first, in front', async () => {
  for (const [uri, reason] of [
    ['tel:112', 'emergency'],
    ['sip:x@evil.example', 'foreign_domain'],
  ]) {
    await ringside.closeWindow();
    await linksCount();
    await link(uri);
    lastLink = Date.now();
    const prompt = await onlyPrompt(`${uri} asks`, ({ reasons }) => reasons.includes(reason));
    await comes();
    assert.deepEqual(await live(), []);
    await ringside.shows('section.prompt');
    await ringside.screenshot(`clicks-${reason}`);
    await dismiss(prompt);
  }
});

chapter('a script that opens link after link does not take the keyboard', async () => {
  const letter = await writeLetter();
  try {
    const call = await dialled('700', () => link('tel:700'));
    await link('tel:701');
    lastLink = Date.now();
    const prompt = await onlyPrompt('the second asks', ({ reasons }) => reasons.includes('flood'));
    const notified = 'notifications tell of the call and of what asks';
    await until(notified, async () => (await ringside.notifications()) === 2);
    assert.equal(await ringside.inFront(), 'Letter');
    await dismiss(prompt);
    await link('--hang-up');
    await ended(call);
  } finally {
    letter.kill();
  }
});

chapter('the system opens links with it once it is registered for them', async () => {
  assert.equal((await ringside.ask('links_status')).ours, false);
  await link('--register-links');
  assert.deepEqual(await ringside.ask('links_status'), { ours: true, program: 'ringside-links' });
  for (const opener of ['xdg-open', 'gio']) {
    const args = opener === 'gio' ? ['open', 'tel:700'] : ['tel:700'];
    const call = await dialled('700', () => run(opener, args));
    await link('--hang-up');
    await ended(call);
  }
});

chapter('what is selected anywhere is offered by a key, which the settings name', async () => {
  const terminal = spawn('xterm', ['-T', 'Letter', '-e', 'echo "+7 (495) 229-49-89"; sleep 60'], { stdio: 'ignore' });
  try {
    await until('the letter is there', async () => (await ringside.inFront()) === 'Letter');
    const letter = (await run('xdotool', ['getactivewindow'])).stdout.trim();
    for (const hotkey of ['Ctrl+Alt+C', 'Ctrl+Alt+K']) {
      await ringside.ask('intent', { intent: { type: 'set_click_to_call', hotkey } });
      // A key is taken a moment after it was asked for, and the text is there a moment after the terminal.
      await until(`${hotkey} offers the number`, async () => {
        await run('xdotool', ['windowactivate', '--sync', letter]);
        await run('xdotool', ['mousemove', '--window', letter, '20', '8', 'click', '--repeat', '3', '1']);
        await run('xdotool', ['key', hotkey.toLowerCase()]);
        // Pressing again too soon would take the keyboard back from the window that comes.
        return until('it is offered', async () => (await prompts()).length > 0, 1000).catch(() => false);
      });
      const prompt = await onlyPrompt('it asks', ({ source }) => source === 'selection');
      assert.equal(prompt.preview.dialled, '+74952294989');
      await comes();
      await ringside.shows('section.prompt');
      await ringside.screenshot('clicks-selected');
      await dismiss(prompt);
    }
  } finally {
    terminal.kill();
  }
});

chapter('a page that nobody clicked is a notification, a click brings the window', async () => {
  const letter = await writeLetter();
  try {
    assert.equal(await page('https://crm.example', '701'), 202);
    const prompt = await onlyPrompt('it asks', ({ origin }) => origin === 'https://crm.example');
    await until('a notification comes', async () => (await ringside.notifications()) === 1);
    assert.equal(await ringside.inFront(), 'Letter');
    assert.match((await ringside.tray())[0], /Waiting for your yes: 1$/);
    await ringside.screenshot('clicks-page');
    await dismiss(prompt);
    await until('the notification goes', async () => (await ringside.notifications()) === 0);
    assert.match(await ringside.lastNotification(), /crm\.example.*701/);

    assert.equal(await page('https://crm.example', '700', { 'sec-fetch-user': '?1' }), 202);
    const clicked = await onlyPrompt('it asks', (prompt) => prompt.clicked);
    await comes();
    await ringside.shows('section.prompt');
    await ringside.screenshot('clicks-page-clicked');
    await dismiss(clicked);
  } finally {
    letter.kill();
  }
});

chapter('a page is answered on its notification', async () => {
  const letter = await writeLetter();
  try {
    await page('https://crm.example', '701');
    await until('a notification comes', async () => (await ringside.notifications()) === 1);
    await ringside.answerNotification();
    const call = await ringside.call({ state: 'active', direction: 'outbound' });
    assert.equal(call.peer.number, '701');
    assert.equal(call.started_by, 'https://crm.example');
    await link('--hang-up');
    await ended(call);
  } finally {
    letter.kill();
  }
});

chapter('quitting leaves nothing to knock at', async () => {
  await ringside.chooseInTray('Quit');
  assert.equal(await ringside.exitStatus(3000), 0);
  const { status, complaint } = await start(['--hang-up']);
  assert.equal(status, 1);
  assert.match(complaint, /not running/);
});

async function live() {
  return (await ringside.ask('snapshot')).calls.filter(({ state }) => state !== 'ended');
}

/** Another program that has the keyboard. */
async function writeLetter() {
  const letter = spawn('xev', ['-name', 'Letter'], { stdio: 'ignore' });
  try {
    await until('somebody writes a letter', async () => (await ringside.inFront()) === 'Letter');
    return letter;
  } catch (error) {
    letter.kill();
    throw error;
  }
}

/** Asks for a call as a page of that origin does, and returns the status of the answer. */
async function page(origin, number, headers = {}) {
  const { url } = JSON.parse(await readFile(join(DATA, 'local_api.json'), 'utf8'));
  return new Promise((resolve, reject) => {
    const asked = request(`${url}/callto?number=${number}`, { headers: { origin, ...headers } }, (answer) => {
      answer.resume();
      resolve(answer.statusCode);
    });
    asked.on('error', reject).end();
  });
}
