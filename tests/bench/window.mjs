// The window's figures. Prints a line for each, `name value unit`.

import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { promisify } from 'node:util';
import { setTimeout as pause } from 'node:timers/promises';
import { privateMiB, startedAt, tree } from '../e2e/window/processes.mjs';
import { Ringside } from '../e2e/window/ringside.mjs';
import { until } from '../e2e/window/webdriver.mjs';

const run = promisify(execFile);
const STARTS = 7;
/** Memory has settled when it stays within this for this long. */
const SETTLED = { withinMiB: 1, forMs: 3000, boundMs: 40_000 };

const paints = [];
for (let start = 0; start < STARTS; start++) paints.push(await firstPaintMs());
paints.sort((a, b) => a - b);
print('first_paint_median', paints[STARTS >> 1], 'ms');
print('first_paint_worst', paints[STARTS - 1], 'ms');

const ours = await memoryMiB(process.env.RINGSIDE, ['--practice'], '^Ringside$');
print('private_memory', ours, 'MiB');
const linphone = await run('which', ['linphone']).catch(() => null);
if (linphone) {
  const theirs = await memoryMiB('linphone', [], 'Linphone');
  print('private_memory_linphone', theirs, 'MiB');
  console.log(`private_memory_ratio ${(ours / theirs).toFixed(2)}`);
} else {
  console.log('linphone-desktop is not installed: nothing to compare with');
}

async function firstPaintMs() {
  const ringside = await Ringside.start('--practice');
  try {
    const app = (await tree(ringside.driverPid)).find(({ name }) => name === 'ringside');
    return await ringside.firstPaintMs(await startedAt(app));
  } finally {
    await ringside.chooseInTray('Quit');
    await ringside.exitStatus();
    await ringside.close();
  }
}

/** Starts a program by itself, waits for its window and until it has settled. */
async function memoryMiB(command, args, title) {
  const program = spawn(command, args, { stdio: 'ignore' });
  try {
    await until(
      `a window ${title}`,
      () => run('xdotool', ['search', '--onlyvisible', '--name', title]).catch(() => null),
      30_000,
    );
    const all = await settledMiB(program.pid);
    for (const { pid, name } of await tree(program.pid)) {
      console.log(`  ${name}: ${(await privateMiB([{ pid }])).toFixed(1)} MiB`);
    }
    return all;
  } finally {
    const gone = once(program, 'exit');
    program.kill();
    await gone;
  }
}

async function settledMiB(root) {
  let [settled, since] = [0, performance.now()];
  const deadline = since + SETTLED.boundMs;
  for (;;) {
    await pause(250);
    const now = await privateMiB(await tree(root));
    if (Math.abs(now - settled) > SETTLED.withinMiB) [settled, since] = [now, performance.now()];
    if (performance.now() - since > SETTLED.forMs || performance.now() > deadline) return now;
  }
}

function print(name, value, unit) {
  console.log(`${name} ${value.toFixed(1)} ${unit}`);
}
