// The app as it ships, in its real window: what only the shell can get wrong, and that the whole of it hangs together.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { after, before, test } from 'node:test';
import { Ringside } from './ringside.mjs';
import { speakUntilHeard } from './sound.mjs';
import { until } from './webdriver.mjs';

let ringside;

before(async () => {
  ringside = await Ringside.start();
});

after(() => ringside?.close());

/** One chapter; a broken one leaves a picture and the log. */
function chapter(name, tell) {
  test(name, { timeout: 30_000 }, async () => {
    try {
      await tell();
    } catch (error) {
      const picture = await ringside.screenshot(`app-failed-${name.replaceAll(/\W+/g, '-')}`);
      error.message += `\nthe screen: ${picture}\nthe log:\n${await ringside.log()}`;
      throw error;
    }
  });
}

chapter('it opens on the practice PBX, registered', async () => {
  const account = await ringside.registered();
  assert.match(account.aor, /^sip:101@/);
  await ringside.shows('header .practice');
  assert.equal(await ringside.inFront(), 'Ringside', 'a window that one opens has the keyboard');
  await ringside.screenshot('app-open');
});

chapter('one dials, speaks and is heard', async () => {
  await ringside.dial('700');
  const call = await ringside.call({ state: 'active', direction: 'outbound' });
  assert.equal(call.peer.number, '700');
  await ringside.shows('article[data-state=active]');
  await speakUntilHeard();
  await until('the duration runs', async () => (await ringside.shows('article [role=timer]')) >= '0:02');
  assert.equal(await ringside.notifications(), 0, 'whoever dials in the window needs no notification');
  await ringside.screenshot('app-active');
  await ringside.press('Hang up');
  await ringside.hides('article[data-state=active]');
  assert.equal((await ringside.call({ id: call.id, state: 'ended' })).ended.reason, 'hung_up');
});

chapter('somebody calls and is answered', async () => {
  await ringside.dial('720');
  await ringside.shows('section.incoming');
  await ringside.screenshot('app-incoming');
  await ringside.press('Answer');
  const call = await ringside.call({ state: 'active', direction: 'inbound' });
  assert.equal(await ringside.shows('article[data-state=active] h3'), call.peer.name);
  assert.equal(await ringside.notifications(), 0, 'whoever sees the window needs no notification');
  await ringside.screenshot('app-answered');
  await ringside.press('Hang up');
  await ringside.call({ id: call.id, state: 'ended' });
});

chapter('the window may do nothing but what its capability says', async () => {
  await assert.rejects(ringside.ask('plugin:window|hide'), /not allowed/);
  await assert.rejects(ringside.ask('intent', { intent: { type: 'format_disk' } }), { code: 'malformed' });
});

chapter('closing the window hides it, and the phone goes on', async () => {
  await ringside.closeWindow();
  const [status] = await ringside.tray();
  assert.match(status, /^Ready/);
  assert.ok(await ringside.registered());
});

chapter('do not disturb is a click in the tray away', async () => {
  const preference = async () => (await ringside.ask('snapshot')).preferences.do_not_disturb;
  await ringside.chooseInTray('Do not disturb');
  await until('calls are refused', preference);
  await until('the tray says so', async () => (await ringside.tray())[0].startsWith('Do not disturb'));
  await ringside.chooseInTray('Do not disturb');
  await until('calls come through', async () => !(await preference()));
});

chapter('where notifications are wanted, a call brings the hidden window up and leaves the keyboard alone', async () => {
  await ringside.ask('intent', { intent: { type: 'set_cards', show: 'notification' } });
  const other = spawn('xev', ['-name', 'Letter'], { stdio: 'ignore' });
  try {
    await until('somebody writes a letter', async () => (await ringside.inFront()) === 'Letter');
    await ringside.ask('intent', { intent: { type: 'dial', target: '720' } });
    const call = await ringside.call({
      state: 'ringing',
      direction: 'inbound',
    });
    await until('the window comes', () => ringside.onScreen());
    await until('a notification comes', async () => (await ringside.notifications()) === 1);
    assert.equal(await ringside.inFront(), 'Letter');
    await ringside.screenshot('app-notified');
    await ringside.answerNotification();
    await ringside.call({ id: call.id, state: 'active' });
    await until('the notification goes', async () => (await ringside.notifications()) === 0);
    await ringside.ask('intent', {
      intent: { type: 'hang_up', call: call.id },
    });
  } finally {
    other.kill();
    await ringside.ask('intent', { intent: { type: 'set_cards', show: 'card' } });
  }
});

chapter('starting it again brings the window of the one that runs, to where it was', async () => {
  const place = await ringside.place();
  await ringside.closeWindow();
  assert.deepEqual(await ringside.startAgain(), { status: 0, complaint: '' });
  await until('the window comes', () => ringside.onScreen());
  await until('with the keyboard', async () => (await ringside.inFront()) === 'Ringside');
  assert.equal(await ringside.place(), place);
});

chapter('quitting is in the tray', async () => {
  assert.deepEqual(await ringside.complaints(), [], 'the page runs within its content security policy');
  await ringside.chooseInTray('Quit');
  assert.equal(await ringside.exitStatus(3000), 0);
});
