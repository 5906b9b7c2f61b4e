// Settings that cannot be used, or nobody can be called with: the window opens all the same and says so.

import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { Ringside } from './ringside.mjs';
import { until } from './webdriver.mjs';

test('broken settings bring even a hidden window, and the tray can quit', { timeout: 30_000 }, async () => {
  const settings = join(process.env.DESKTOP_HOME, 'broken.toml');
  await writeFile(settings, 'version = 1\n[[account]]\nid = "work"\n');
  const ringside = await Ringside.start('--hidden', '--settings', settings);
  try {
    await assert.rejects(ringside.ask('snapshot'), { code: 'cannot_start', message: /broken\.toml.*aor/ });
    await until('the window comes', () => ringside.onScreen());
    await ringside.chooseInTray('Quit');
    assert.equal(await ringside.exitStatus(3000), 0);
  } finally {
    await ringside.close();
  }
});

test('a link that Ringside was started with, and nobody can be called, is told in the window', async () => {
  const settings = join(process.env.DESKTOP_HOME, 'offline.toml');
  const account = '[[account]]\nid = "work"\naor = "sip:101@127.0.0.1"\nregistrar = "127.0.0.1:1"\ntransport = "tcp"\n';
  await writeFile(settings, `version = 1\n${account}`);
  const ringside = await Ringside.start('--settings', settings, 'tel:700');
  try {
    assert.match(await ringside.shows('.toaster .toast', 25_000), /nobody can be called/);
    await ringside.screenshot('clicks-offline');
    await ringside.chooseInTray('Quit');
    assert.equal(await ringside.exitStatus(3000), 0);
  } finally {
    await ringside.close();
  }
});
