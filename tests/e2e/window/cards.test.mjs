// The caller card in its own window: it comes without the keyboard, says who calls, and stays where it was left.

import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { CardWindow } from './card.mjs';
import { Ringside } from './ringside.mjs';
import { until } from './webdriver.mjs';

const run = promisify(execFile);
const PLACE = join(process.env.XDG_DATA_HOME, 'ringside/card-window.json');

let ringside;
let card;
let letter;

before(async () => {
  await rm(PLACE, { force: true });
  await open();
});

after(async () => {
  letter?.kill();
  await ringside?.close();
});

/** Starts Ringside, and somebody writes a letter meanwhile. */
async function open() {
  ringside = await Ringside.start('--practice');
  card = new CardWindow(ringside);
  await ringside.registered();
  // What other tests chose is kept.
  await setMode('card');
  await card.isMade();
  letter = spawn('xev', ['-name', 'Letter'], { stdio: 'ignore' });
  await writing();
}

const writing = () => until('somebody writes a letter', async () => (await ringside.inFront()) === 'Letter');

/** One chapter; a broken one leaves a picture and the log. */
function chapter(name, tell) {
  test(name, { timeout: 40_000 }, async () => {
    try {
      await tell();
    } catch (error) {
      const picture = await ringside.screenshot(`cards-failed-${name.replaceAll(/\W+/g, '-')}`);
      error.message += `\nthe screen: ${picture}\nthe log:\n${await ringside.log()}`;
      throw error;
    }
  });
}

/** The practice PBX calls back, and the desk has a card for it. */
async function somebodyCalls() {
  const known = new Set((await ringside.ask('snapshot')).cards.map(({ id }) => id));
  await ringside.ask('intent', { intent: { type: 'dial', target: '720' } });
  return until('somebody calls', async () => {
    const { cards } = await ringside.ask('snapshot');
    return cards.find(({ id, direction, state }) => direction === 'inbound' && state === 'ringing' && !known.has(id));
  });
}

const ask = (type, details) => ringside.ask('intent', { intent: { type, ...details } });
const cardNow = async ({ id }) => (await ringside.ask('snapshot')).cards.find((card) => card.id === id);
const setMode = (show) => ask('set_cards', { show });
/** In the upper half of the screen it is this one that stays, whatever the card has to say. */
const upperEdge = async () => {
  const { x, y } = await card.place();
  return { x, y };
};
const goes = () => until('the card goes', async () => !(await card.onScreen()));

/** The notification of the call that the test itself placed goes with it; no other may be there. */
const onlyTheCard = () => until('no notification is up', async () => (await ringside.notifications()) === 0);

async function hungUp({ call, id }) {
  await ask('hang_up', { call }).catch(() => ask('decline', { call }));
  await ask('dismiss_card', { card: id }).catch(() => {});
  await goes();
}

chapter('a caller comes with a card and leaves the keyboard to whoever types', async () => {
  const caller = await somebodyCalls();
  await card.comes();
  assert.equal(await ringside.inFront(), 'Letter');
  await until('it says who calls', async () => (await card.text()).includes(caller.name));
  await onlyTheCard();
  assert.ok(await card.isOnTop(), 'it stays above other windows');
  assert.ok(await card.isInCorner(), 'at first it stands in the lower corner at the end');
  await ringside.screenshot('cards-ringing');
});

chapter('it is answered from the card, and a note is typed there', async () => {
  const [caller] = (await ringside.ask('snapshot')).cards.filter(({ state }) => state === 'ringing');
  await card.press('Answer');
  await ringside.call({ id: caller.call, state: 'active' });
  assert.equal(await ringside.inFront(), 'Letter', 'an answer by a script takes no keyboard either');
  await card.clickNote();
  await until('the card has the keyboard now that it was clicked', async () => (await ringside.inFront()) === card.title);
  await run('xdotool', ['type', '--delay', '15', 'calls back at noon']);
  await until('each key is kept', async () => (await cardNow(caller)).note === 'calls back at noon');
  await ringside.screenshot('cards-active');
  await hungUp(caller);
});

chapter('it comes back to where it was dragged, in this run and the next', async () => {
  await writing();
  const first = await somebodyCalls();
  await card.comes();
  await card.drag([-500, -420]);
  const left = await upperEdge();
  await hungUp(first);
  await until('the place is written down', () => readFile(PLACE).catch(() => null));

  const second = await somebodyCalls();
  await card.comes();
  assert.deepEqual(await upperEdge(), left);
  await hungUp(second);

  await quit();
  await open();
  const third = await somebodyCalls();
  await card.comes();
  assert.deepEqual(await upperEdge(), left);
  await hungUp(third);
});

async function quit() {
  await ringside.chooseInTray('Quit');
  await ringside.exitStatus(3000);
  letter.kill();
  await ringside.close();
}

chapter('whoever looks at the main window sees the caller there', async () => {
  const caller = await somebodyCalls();
  await card.comes();
  await ringside.bring();
  await goes();
  assert.equal((await cardNow(caller)).state, 'ringing');
  await run('xdotool', ['search', '--name', '^Letter$', 'windowactivate', '--sync']);
  await card.comes();
  await hungUp(caller);
});

chapter('closing the card closes it, and the phone rings on', async () => {
  await writing();
  const caller = await somebodyCalls();
  await card.comes();
  await card.close();
  await goes();
  assert.equal((await ringside.call({ id: caller.call })).state, 'ringing');
  await onlyTheCard();
  await ask('decline', { call: caller.call });
});

chapter('a notification instead, if that is what one wants', async () => {
  await setMode('notification');
  const caller = await somebodyCalls();
  await until('a notification comes', async () => (await ringside.notifications()) === 1);
  assert.equal(await card.onScreen(), false);
  await ask('decline', { call: caller.call });
  await until('the notification goes', async () => (await ringside.notifications()) === 0);
  assert.match(await ringside.lastNotification(), new RegExp(caller.name));
});

chapter('or nothing at all', async () => {
  await setMode('none');
  const caller = await somebodyCalls();
  await ringside.call({ id: caller.call, state: 'ringing' });
  await onlyTheCard();
  assert.equal(await card.onScreen(), false);
  await ask('decline', { call: caller.call });
  await setMode('card');
});

chapter('the card may do nothing but what its capability says', async () => {
  for (const command of ['preview', 'links_take', 'plugin:window|hide']) {
    await assert.rejects(card.ask(command, { target: '700' }), /not allowed/, command);
  }
  assert.deepEqual(await card.complaints(), [], 'its page runs within its content security policy');
});
