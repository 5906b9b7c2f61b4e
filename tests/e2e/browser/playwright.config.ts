import { join } from 'node:path';
import { defineConfig } from '@playwright/test';

export default defineConfig({
  testDir: __dirname,
  testMatch: '*.spec.ts',
  outputDir: join(__dirname, '../../../artefacts/e2e'),
  timeout: 40_000,
  expect: { timeout: 10_000 },
  // A flaky test is a bug: it is not tried twice.
  retries: 0,
  workers: 1,
  reporter: [['list']],
  use: {
    viewport: { width: 420, height: 680 },
    locale: 'en-GB',
    trace: 'retain-on-failure',
    launchOptions: {
      executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
      args: ['--no-sandbox'],
    },
  },
});
