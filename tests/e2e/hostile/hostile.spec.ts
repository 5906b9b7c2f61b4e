// Everything that a hostile page or program was thought of to try on the localhost port, one after the other, against
// the real desk while it has a call. After each: nothing was dialled, nothing was learned, the agent is not drowned.

import { expect, test } from '@playwright/test';
import { ATTACKS } from './attacks';
import { FLOODS } from './attacks/floods';
import { Judge } from './judge';
import { Stage } from './stage';

/** What the desk may have grown by: once it has seen a flood, nothing that comes later needs more. */
const GROWTH_MIB = 8;

/** Part of a name, for looking into one attack. */
const ONLY = process.env.ONLY ?? '';

test('no page and no program without the token dials, learns, or drowns anything', async () => {
  const stage = await Stage.set();
  const judge = new Judge(stage);
  try {
    await judge.quiet();
    await stage.talk();
    await stage.honest.clicks();
    if (!ONLY) await judge.triesAll(FLOODS);
    const before = await stage.agent.memory();
    await judge.triesAll(ATTACKS.filter(({ name }) => name.includes(ONLY)));
    await judge.still();
    const after = await stage.agent.memory();
    judge.sum(before, after);
    expect(judge.holes).toEqual([]);
    expect(judge.dialled).toEqual([]);
    expect(stage.leaks).toEqual([]);
    expect(after - before, 'MiB that the desk has grown by').toBeLessThan(GROWTH_MIB);
  } finally {
    await stage.strike();
  }
});
