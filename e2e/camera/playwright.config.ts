import { defineConfig } from '@playwright/test';

/** Pictures are taken one after another: they are no tests of `npm test`. */
export default defineConfig({
  testDir: '.',
  outputDir: '../../test-results/camera',
  workers: 1,
  timeout: 1_200_000,
  reporter: 'list',
});
