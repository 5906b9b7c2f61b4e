// Settings that cannot be used: the window opens all the same, and one can quit.

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
