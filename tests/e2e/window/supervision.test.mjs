// What the PBX is asked to do by its manager interface, clicked as people click it, and seen from the PBX's side.
//
// The window is 104's; Sara is 105; Anna is outside.

import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Colleague } from './colleague.mjs';
import { FloorWindow } from './floor.mjs';
import { Pbx } from './lab.mjs';
import { Ringside } from './ringside.mjs';
import { Head, untilHears, untilSilent } from './tones.mjs';
import { until } from './webdriver.mjs';

const ANNA = '74952293042';
const [SARA_HZ, ANNA_HZ, OWN_HZ] = [600, 900, 1400];
const SETTLED = `[data-state=active]:not(:has(.switching))`;

let pbx;
let manager;
let sara;
let anna;
let ringside;
let floor;
let head;

before(async () => {
  pbx = await Pbx.start();
  manager = await pbx.listen();
  sara = await Colleague.start(pbx.account('105'), SARA_HZ);
  anna = await Colleague.start(pbx.outsider(ANNA, 'Anna Northwind'), ANNA_HZ);
  const settings = join(process.env.DESKTOP_HOME, 'supervision.toml');
  await writeFile(settings, own());
  ringside = await Ringside.start('--settings', settings, '--data', join(process.env.DESKTOP_HOME, 'supervision'));
  floor = new FloorWindow(ringside);
  await ringside.registered();
  head = await Head.on(OWN_HZ, 200);
});

after(async () => {
  head?.off();
  await ringside?.close();
  manager?.close();
  await Promise.all([sara?.stop(), anna?.stop()]);
  await pbx?.stop();
});

/** Ringside's settings. What would take a steady tone for noise is off. */
const own = () => `version = 1
language = "en"
[local_api]
port = 0
[webhook]
listen = "127.0.0.1:0"
${pbx.account('104')}
${pbx.manager('ringside')}
dial = "pbx"
[cards]
extensions = ["1xx"]
[audio]
echo_cancellation = false
noise_suppression = false
automatic_gain = false
`;

/** One chapter; a broken one leaves a picture, the log, and what channels the PBX has. */
function chapter(name, tell) {
  test(name, { timeout: 40_000 }, async () => {
    manager.forget();
    try {
      await tell();
    } catch (error) {
      const picture = await ringside.screenshot(`supervision-failed-${name.replaceAll(/\W+/g, '-')}`);
      const channels = await pbx.cli('core show channels concise');
      error.message += `\nthe screen: ${picture}\nthe PBX:\n${channels}\nthe log:\n${await ringside.log()}`;
      throw error;
    }
  });
}

/** A channel of that telephone, an application of the PBX's being in it. */
const of = (phone, application) => (channel) =>
  channel.name.startsWith(`PJSIP/${phone}-`) && (!application || channel.application === application);
const bridged = (channels, ...phones) => {
  const bridges = new Set(phones.map((phone) => channels.find(of(phone))?.bridge));
  return bridges.size === 1 && [...bridges][0];
};
const row = (extension, state) => `[data-agent="${extension}"][data-state=${state}]`;

chapter('the PBX calls this telephone, which answers by itself, and then the number', async () => {
  await ringside.dial(ANNA);
  const call = await ringside.call({ state: 'active' });
  assert.ok(call.origination, 'the PBX made it');
  const { peer } = await anna.answers();
  assert.match(peer.number, /104$/, 'who calls is the agent');
  await untilHears('the agent', head, ANNA_HZ);
  await untilHears('Anna', anna, OWN_HZ);
  const answered = await manager.event('OriginateResponse', { Response: 'Success', Exten: ANNA });
  assert.equal(answered.Reason, '4');
  assert.match(answered.Channel, /^PJSIP\/104-/);
  await pbx.untilChannels('104 and Anna are bridged', (channels) => bridged(channels, '104', 'trunk'));
  // The next chapter plays it.
  await until('two seconds are recorded', async () => (await ringside.shows('article [role=timer]')) >= '0:02');
  await ringside.screenshot('supervision-called-by-the-pbx');
  await ringside.press('Hang up');
  await pbx.untilQuiet();
});

chapter('a recording of the history is heard on the headset', async () => {
  await untilSilent('the agent', head, ANNA_HZ);
  await ringside.press('Play the recording');
  await ringside.shows('[data-errand=play_recording]');
  const playing = await pbx.untilChannels('it is played to 104', (channels) => channels.find(of('104', 'Playback')));
  assert.ok(playing.data.startsWith(`${pbx.setting('MONITOR_DIR')}/`), playing.data);
  assert.match(playing.data, new RegExp(`-${ANNA}-[^/.]+$`), 'a name without its ending');
  await untilHears('the agent', head, ANNA_HZ);
  await ringside.screenshot('supervision-recording');
  await ringside.hides('[data-errand=play_recording]');
  await ringside.hides('[data-order=play_recording]');
  await pbx.untilQuiet();
});

chapter('a call that rings at a colleague is picked up', async () => {
  await floor.open();
  await floor.types('.toolbar input', '105');
  const call = await anna.ask('dial', { target: '105' });
  const { id } = await sara.call({ state: 'ringing', direction: 'inbound' });
  await floor.shows(row('105', 'ringing'));
  await ringside.screenshot('supervision-colleague-rings');
  await floor.clicks(`${row('105', 'ringing')} button.pick_up`);
  const picked = await manager.event('Pickup', { Channel: /^PJSIP\/104-/, TargetChannel: /^PJSIP\/105-/ });
  const asked = await manager.event('OriginateResponse', { Application: 'PickupChan', Response: 'Success' });
  assert.equal(asked.Data, picked.TargetChannel);
  assert.equal((await sara.call({ id, state: 'ended' })).ended.reason, 'answered_elsewhere');
  await pbx.untilChannels('104 and Anna are bridged', (channels) => bridged(channels, '104', 'trunk'));
  await untilHears('the agent', head, ANNA_HZ);
  assert.match(await ringside.shows('article[data-state=active]'), /Picked up from \u2068Agent 105\u2069/);
  await ringside.screenshot('supervision-picked-up');
  await ringside.press('Hang up');
  await anna.call({ id: call.call, state: 'ended' });
  await pbx.untilQuiet();
});

/** Waits until the window says in big letters how it takes part, and the PBX does so, in one channel. */
async function takesPart(mode, options, letters) {
  const panel = `section[data-mode=${mode}]${SETTLED}`;
  assert.match(await floor.shows(`${panel} .big`), letters);
  assert.match(await ringside.shows(`${panel} .big`), letters, 'the main window says it, too');
  assert.ok((await floor.letters(`${panel} .big`)) >= 20, 'to be read from afar');
  const heard = await pbx.untilChannels(`one channel has ${options}`, (channels) => {
    const spies = channels.filter(of('104'));
    return (
      spies.length === 1 && spies[0].application === 'ChanSpy' && spies[0].data === `PJSIP/105-,${options}` && spies[0]
    );
  });
  await manager.event('ChanSpyStart', { SpyerChannel: heard.name, SpyeeChannel: /^PJSIP\/105-/ });
  await until(`Sara sees who is in ${mode}`, async () => {
    const { listeners } = await sara.snapshot();
    return listeners.length === 1 && listeners[0].by === '104' && listeners[0].mode === mode;
  });
}

const hearBoth = async () => {
  await untilHears('the supervisor', head, SARA_HZ);
  await untilHears('the supervisor', head, ANNA_HZ);
};

chapter('a colleague who talks is listened to, whispered to, and joined', async () => {
  const { call } = await anna.ask('dial', { target: '105' });
  await sara.answers();
  await floor.clicks(`${row('105', 'talking')} button.spy`);
  await takesPart('spy', 'qS', /^LISTENING\s+— nobody hears you$/);
  await hearBoth();
  await untilSilent('Sara', sara, OWN_HZ);
  await untilSilent('Anna', anna, OWN_HZ);
  await ringside.screenshot('supervision-listening');
  await ringside.bring();
  await ringside.screenshot('supervision-listening-main');
  await floor.bring();

  await floor.clicks(`section[data-mode=spy] fieldset label:nth-of-type(2)`);
  await takesPart('whisper', 'qwS', /^WHISPERING\s+— only \u2068Agent 105\u2069 hears you$/);
  await untilHears('Sara', sara, OWN_HZ);
  await hearBoth();
  await untilSilent('Anna', anna, OWN_HZ);
  await ringside.screenshot('supervision-whispering');

  await floor.clicks(`${row('105', 'talking')} button.barge`);
  await takesPart('barge', 'qBS', /^IN THE CALL\s+— both hear you$/);
  await untilHears('Sara', sara, OWN_HZ);
  await untilHears('Anna', anna, OWN_HZ);
  await hearBoth();
  await ringside.screenshot('supervision-in-the-call');

  manager.forget();
  await floor.clicks('section[data-mode=barge] button.stop');
  await floor.hides('section[data-mode]');
  await ringside.hides('section[data-mode]');
  await until('Sara sees that nobody listens', async () => (await sara.snapshot()).listeners.length === 0);
  await manager.event('ChanSpyStop', { SpyerChannel: /^PJSIP\/104-/ });
  await pbx.untilChannels(
    'the two are left alone',
    (channels) => channels.length === 2 && bridged(channels, '105', 'trunk'),
  );
  await untilSilent('Anna', anna, OWN_HZ);
  await untilHears('Anna', anna, SARA_HZ);
  await ringside.screenshot('supervision-stopped');
  await anna.ask('hang_up', { call });
  await pbx.untilQuiet();
});

chapter('the floor may do nothing but what its capability says', async () => {
  for (const command of ['preview', 'links_take', 'plugin:window|hide']) {
    await assert.rejects(floor.ask(command, { target: '700' }), /not allowed/, command);
  }
  assert.deepEqual(await floor.complaints(), [], 'its page runs within its content security policy');
  await floor.close();
});
