// The first minute with Ringside, told as it happens.

import { Ringside } from './ringside.mjs';
import { speakUntilHeard } from './sound.mjs';

const pictures = [];
let chapter = 0;

const ringside = await Ringside.start('--practice');
try {
  await open();
  await echo();
  await caller();
  await quit();
} finally {
  await ringside.close();
}
console.log('\nWhat it looked like:');
for (const picture of pictures) console.log(`  ${picture}`);
console.log('\nWith a display, `make run` opens the window for you: dial 700 to hear yourself, 720 to be called back.');

async function open() {
  const { aor } = await ringside.registered();
  await ringside.shows('header .practice');
  tell(`Ringside is open, on the practice PBX that runs inside it, and registered as ${aor}.`);
  await picture('open');
}

async function echo() {
  await ringside.dial('700');
  const call = await ringside.call({ state: 'active' });
  await ringside.shows('article[data-state=active]');
  tell(`Dialled 700: it answered after ${span(call.started_at, call.answered_at)} ms and echoes, in ${call.codec}.`);
  tell(`Spoke into the microphone, and heard it from the speaker ${await speakUntilHeard()} ms later.`);
  await picture('talking');
  await ringside.press('Hang up');
  await ringside.hides('article[data-state=active]');
  tell('Hung up.');
}

async function caller() {
  await ringside.dial('720');
  await ringside.shows('section.incoming');
  const { peer } = await ringside.call({
    state: 'ringing',
    direction: 'inbound',
  });
  tell(`Dialled 720, and was called back: ${peer.name}, ${peer.number}, rings.`);
  await picture('ringing');
  await ringside.press('Answer');
  await ringside.call({ state: 'active', direction: 'inbound' });
  await ringside.shows('article[data-state=active]');
  tell('Answered; the caller speaks.');
  await picture('answered');
  await ringside.press('Hang up');
  await ringside.hides('article[data-state=active]');
  tell('Hung up.');
}

async function quit() {
  await ringside.chooseInTray('Quit');
  tell(`Quit from the tray: unregistered, exit status ${await ringside.exitStatus(3000)}.`);
}

function tell(sentence) {
  console.log(`  ${sentence}`);
}

async function picture(name) {
  pictures.push(await ringside.screenshot(`first-call-${++chapter}-${name}`));
}

function span(from, to) {
  return new Date(to) - new Date(from);
}
