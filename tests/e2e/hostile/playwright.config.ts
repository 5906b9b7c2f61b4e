import { join } from 'node:path';
import { defineConfig } from '@playwright/test';

export default defineConfig({
  testDir: __dirname,
  testMatch: '*.spec.ts',
  outputDir: join(__dirname, '../../../artefacts/hostile'),
  // Of all attacks together, on a busy machine; each has a bound of its own.
  timeout: 600_000,
  retries: 0,
  workers: 1,
  reporter: [['list']],
});
