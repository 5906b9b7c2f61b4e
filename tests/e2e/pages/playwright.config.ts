import { join } from 'node:path';
import { defineConfig } from '@playwright/test';

export default defineConfig({
  testDir: __dirname,
  testMatch: '*.spec.ts',
  outputDir: join(__dirname, '../../../artefacts/pages'),
  timeout: 20_000,
  expect: { timeout: 5_000 },
  retries: 0,
  // Each story has a desk of its own, each worker a browser and its sites.
  fullyParallel: true,
  workers: 2,
  reporter: [['list'], [join(__dirname, 'table.ts')]],
});
