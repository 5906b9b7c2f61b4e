// From the last byte of a PBX's event to the colleague's row on the screen, in the floor's real window with 500 of them, while
// the PBX tells 200 events a second. Prints the times in milliseconds as one line of JSON.
//
//   tests/e2e/desktop node tests/bench/floor.mjs 500
//
// The page marks a row once the frame after the one with its new state begins; page and sender read the same clock.

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Ringside } from '../e2e/window/ringside.mjs';
import { until } from '../e2e/window/webdriver.mjs';
import { now, Pbx } from './webhook.mjs';

const PROBES = Number(process.argv[2] ?? 500);
const AGENTS = 500;
const FIRST = 1000;
const EVENTS_A_SECOND = 200;
/** One call in so many is of somebody whose row is in sight. */
const EVERY = 10;
/** So many calls are up: each of its events is so many times 5 ms after the one before. */
const AT_ONCE = 60;
/** What is measured after these is not a first time. */
const WARM_UP = 10;

/** Notes when rows came to look otherwise: `[extension, state, when]`. */
const WATCH = `
  window.painted = [];
  new MutationObserver((records) => {
    const rows = records.map(({ target }) => [target.dataset.agent, target.dataset.state]);
    requestAnimationFrame(() => requestAnimationFrame(() => {
      const at = performance.timeOrigin + performance.now();
      for (const [agent, state] of rows) window.painted.push([agent, state, at]);
    }));
  }).observe(document.querySelector('[role=grid]'), { subtree: true, attributes: true, attributeFilter: ['data-state'] });
  return [...document.querySelectorAll('[data-agent]')].slice(0, 10).map((row) => row.dataset.agent);`;

/** One call: who it is with, and what comes next of it. */
function* stepsOf(call) {
  yield ['rings', 'ringing', call];
  yield ['answers', 'talking', call];
  yield ['hangsUp', null, call];
}

/** Calls of colleagues, as many at once as stay in each state for some frames. Tells when a probe's events were sent. */
async function calls(pbx, inSight, probes) {
  const sent = [];
  const began = now();
  let [events, made] = [0, 0];
  const next = () => {
    const isProbe = made % EVERY === 0;
    const others = FIRST + inSight.length + (made % (AGENTS - inSight.length));
    const extension = isProbe ? inSight[(made / EVERY) % inSight.length] : `${others}`;
    const call = {
      id: `f-${made}`,
      with: `7495${String(made).padStart(7, '0')}`,
      extension,
      isProbe,
    };
    made += 1;
    return stepsOf(call);
  };
  const open = Array.from({ length: AT_ONCE }, next);
  for (let turn = 0; sent.length < 2 * probes; turn = (turn + 1) % AT_ONCE) {
    let { value, done } = open[turn].next();
    if (done) {
      open[turn] = next();
      ({ value } = open[turn].next());
    }
    const [event, state, call] = value;
    const at = await pbx[event](call, event === 'hangsUp' ? 'ANSWER' : undefined);
    if (call.isProbe && state) sent.push([call.extension, state, at]);
    events += 1;
    await pause(began + (events * 1000) / EVENTS_A_SECOND - now());
  }
  return { sent, perSecond: (events * 1000) / (now() - began) };
}

const settings = join(process.env.DESKTOP_HOME, 'settings.toml');
const agents = `[floor]\nagents = ["${FIRST}-${FIRST + AGENTS - 1}"]\n[cards]\nextensions = ["1xxx"]\n`;
await writeFile(settings, `version = 1\n[webhook]\nlisten = "127.0.0.1:0"\n${agents}`);
const ringside = await Ringside.start('--practice', '--settings', settings);
try {
  await ringside.registered();
  await ringside.ask('open_floor');
  const pbx = await Pbx.of(ringside);
  const result = await ringside.within('floor.html', async (page) => {
    await until('the floor shows its agents', () => page.run(`return document.querySelector('[data-agent]') !== null`));
    const inSight = await page.run(WATCH);
    const told = await calls(pbx, inSight, PROBES + WARM_UP);
    const [agent, state, at] = told.sent.at(-1);
    const painted = await until('the last one is painted', async () => {
      const all = await page.run('return window.painted');
      return all.some(([who, what, when]) => who === agent && what === state && when >= at) && all;
    });
    return { ...told, painted };
  });
  pbx.close();
  // The first change to that state after the event was sent.
  const times = result.sent.slice(2 * WARM_UP).map(([agent, state, at]) => {
    const seen = result.painted.find(([who, what, when]) => who === agent && what === state && when >= at);
    if (!seen) throw new Error(`${agent} was never seen ${state}`);
    return seen[2] - at;
  });
  console.log(JSON.stringify({ times, perSecond: result.perSecond }));
} finally {
  await ringside.close();
}
