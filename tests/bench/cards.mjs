// From the last byte of a PBX's event to the caller's card on the screen, in the real window. Prints the times in milliseconds as
// one line of JSON: of cards that come while their window is hidden, and of cards that come beside another.
//
//   tests/e2e/desktop node tests/bench/cards.mjs 500
//
// The page marks a card once the frame that shows it is drawn; page and sender read the same clock, the page to 1 ms.

import { spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { CardWindow } from '../e2e/window/card.mjs';
import { Ringside } from '../e2e/window/ringside.mjs';
import { until } from '../e2e/window/webdriver.mjs';
import { Pbx } from './webhook.mjs';

const EVENTS = Number(process.argv[2] ?? 500);
/** What is measured after these is not a first time. */
const WARM_UP = 5;
/** Longer than a frame, so that events fall anywhere between two of them. */
const FRAMES_MS = 50;

/** A call of the desk of 101. */
const callOf = (id) => ({ id, with: `7495${id.replace('-', '').padStart(7, '0')}`, extension: '101' });

/** The moment at which the card after `last` was drawn. */
const painted = (page, last) =>
  page.run(
    `const [last] = arguments;
    const root = document.documentElement;
    const answer = () => {
      const [mark] = performance.getEntriesByName('card:' + root.dataset.painted);
      return performance.timeOrigin + mark.startTime;
    };
    if ((root.dataset.painted ?? '') !== last) return answer();
    return new Promise((resolve) =>
      new MutationObserver((_, observer) => {
        observer.disconnect();
        resolve(answer());
      }).observe(root, { attributes: true, attributeFilter: ['data-painted'] }));`,
    last,
  );

/** A call comes; how long its card took. */
async function comes(page, pbx, call) {
  const last = await page.run(`return document.documentElement.dataset.painted ?? ''`);
  const [sent, shown] = await Promise.all([pbx.rings(callOf(call)), painted(page, last)]);
  return shown - sent;
}

/** Calls that come and go; `isBack`: whether the page is as it was before. */
async function series(page, pbx, name, isBack) {
  const times = [];
  for (let i = 0; i < WARM_UP + EVENTS; i++) {
    const call = `${name}-${i}`;
    await pause(Math.random() * FRAMES_MS);
    times.push(await comes(page, pbx, call));
    await pbx.hangsUp(callOf(call));
    await until('the card is gone', () => page.run(isBack));
  }
  return times.slice(WARM_UP);
}

const settings = join(process.env.DESKTOP_HOME, 'settings.toml');
await writeFile(settings, 'version = 1\n[webhook]\nlisten = "127.0.0.1:0"\n');
const ringside = await Ringside.start('--practice', '--settings', settings);
let letter;
try {
  await ringside.registered();
  await new CardWindow(ringside).isMade();
  // Whoever looks at the main window sees callers there.
  letter = spawn('xev', ['-name', 'Letter'], { stdio: 'ignore' });
  await until('somebody writes a letter', async () => (await ringside.inFront()) === 'Letter');
  const pbx = await Pbx.of(ringside);
  const times = await ringside.within('card.html', async (page) => {
    const hidden = await series(page, pbx, '1', `return document.visibilityState === 'hidden'`);
    await comes(page, pbx, '2');
    const shown = await series(page, pbx, '3', `return document.querySelector('.pile').childElementCount === 2`);
    return { hidden, shown };
  });
  pbx.close();
  console.log(JSON.stringify(times));
} finally {
  letter?.kill();
  await ringside.close();
}
