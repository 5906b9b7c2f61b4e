// What a program costs, by Linux's own figures.

import { readdir, readFile } from 'node:fs/promises';

const CLOCK_TICKS_PER_SECOND = 100;

/** The process and all below it: `[{ pid, name }]`. */
export async function tree(root) {
  const all = [];
  for (const entry of await readdir('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    const stat = await readFile(`/proc/${entry}/stat`, 'utf8').catch(() => null);
    if (stat)
      all.push({
        pid: Number(entry),
        name: stat.slice(stat.indexOf('(') + 1, stat.lastIndexOf(')')),
        ...after(stat),
      });
  }
  const below = (pid) => all.filter(({ parent }) => parent === pid).flatMap((child) => [child, ...below(child.pid)]);
  return [...all.filter(({ pid }) => pid === root), ...below(root)];
}

/** Memory that no other process shares, in MiB. */
export async function privateMiB(processes) {
  let kib = 0;
  for (const { pid } of processes) {
    const rollup = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8').catch(() => '');
    for (const [, value] of rollup.matchAll(/^Private_(?:Clean|Dirty): +(\d+) kB$/gm)) kib += Number(value);
  }
  return kib / 1024;
}

/** When a process was started, in milliseconds since 1970, to 10 ms. */
export async function startedAt({ startTicks }) {
  const [uptime] = (await readFile('/proc/uptime', 'utf8')).split(' ');
  const ageMs = Number(uptime) * 1000 - (startTicks * 1000) / CLOCK_TICKS_PER_SECOND;
  return Date.now() - ageMs;
}

/** The fields of proc_pid_stat(5) that follow the name; the name itself may hold anything. */
function after(stat) {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return { parent: Number(fields[1]), startTicks: Number(fields[19]) };
}
