import { defineConfig } from '@playwright/test';

/**
 * One folder of specs, run on every host that is there. `serve` drives the system's Chromium; `desktop` launches
 * Electron by its real binary, else by the stand-in, and prints which it was.
 */
export default defineConfig({
  testDir: 'specs',
  outputDir: '../test-results',
  // Generous, and told of by the line that waits: a busy machine takes many times what a quiet one does.
  timeout: 240_000,
  expect: { timeout: 60_000, toPass: { timeout: 60_000 } },
  use: { actionTimeout: 60_000, navigationTimeout: 60_000 },
  // Tests wait for polls and servers for a good part of their time; each console has ports and a profile of its own.
  fullyParallel: true,
  workers: 2,
  retries: 0,
  forbidOnly: Boolean(process.env.CI),
  reporter: [['list'], ['json']],
  projects: [{ name: 'serve' }, { name: 'desktop' }],
});
