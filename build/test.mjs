// `npm test`: every step in turn, a line each, and at the end how many passed and failed.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { browserVersion, testBrowser } from './browser.mjs';
import { root } from './install.mjs';
import { breaches, heavyPages, orphans } from './layers.mjs';
import { built } from './sources.mjs';

/** Bundles the stand-in for Electron's binary into dist/standin. */
async function buildStandin() {
  const { build } = await import('vite');
  // Apart, so that the preload of utility processes has no chunk in common with what starts the app.
  for (const name of ['start', 'utility']) {
    await build({
      configFile: false,
      root,
      logLevel: 'error',
      ssr: { noExternal: true },
      build: {
        ssr: `e2e/standin/${name}.ts`,
        outDir: join(root, 'dist', 'standin'),
        emptyOutDir: false,
        target: 'node20',
        rollupOptions: { output: { format: 'cjs', entryFileNames: `${name}.cjs`, codeSplitting: false } },
      },
    });
  }
}

/** Runs a program of node_modules/.bin by node itself; resolves with its exit code. */
function tool(script, args, env = {}) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [join(root, 'node_modules', script), ...args], {
      cwd: root,
      stdio: 'inherit',
      env: { ...process.env, ...env },
    });
    child.once('exit', (code) => resolve(code ?? 1));
  });
}

const one = (ok) => ({ passed: ok ? 1 : 0, failed: ok ? 0 : 1, skipped: 0 });

/** step → counts. A step that could not run counts as one failed. */
const steps = {
  async build() {
    await built();
    return one(true);
  },
  async types() {
    return one((await tool('typescript/bin/tsc', ['-b'])) === 0);
  },
  async layers() {
    const found = [...breaches(), ...heavyPages(), ...orphans()];
    for (const line of found) process.stdout.write(`  ${line}\n`);
    return one(found.length === 0);
  },
  async lint() {
    return one((await tool('@biomejs/biome/bin/biome', ['check', '--error-on-warnings'])) === 0);
  },
  unit: (folder, args) =>
    counted(join(folder, 'unit.json'), vitestCounts, (file) =>
      tool('vitest/vitest.mjs', ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${file}`, ...args]),
    ),
  async e2e(folder, args) {
    const browser = await testBrowser();
    process.stdout.write(`  browser: ${browserVersion(browser)}\n`);
    await buildStandin();
    return counted(join(folder, 'e2e.json'), playwrightCounts, (file) =>
      tool('@playwright/test/cli.js', ['test', '-c', 'e2e/playwright.config.ts', ...args], {
        CHROMIUM_PATH: browser,
        PLAYWRIGHT_JSON_OUTPUT_FILE: file,
      }),
    );
  },
};

async function counted(file, read, run) {
  const code = await run(file);
  let counts;
  try {
    counts = read(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return one(false);
  }
  if (code !== 0 && counts.failed === 0) counts.failed = 1;
  if (counts.passed === 0 && counts.failed === 0) counts.failed = 1;
  return counts;
}

function vitestCounts(report) {
  for (const file of report.testResults) {
    for (const test of file.assertionResults) {
      if (test.status === 'pending' || test.status === 'skipped') process.stdout.write(`  skipped: ${test.fullName}\n`);
    }
  }
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + report.numFailedTestSuites * (report.numFailedTests === 0 ? 1 : 0),
    skipped: report.numPendingTests,
  };
}

function playwrightCounts(report) {
  return {
    passed: report.stats.expected + report.stats.flaky,
    failed: report.stats.unexpected,
    skipped: report.stats.skipped,
  };
}

/** Runs the named steps; prints what each gave and the sum as `N passed, N failed`. Exit code 1 when any failed. */
export async function test(args, names) {
  const folder = mkdtempSync(join(tmpdir(), 'fleetwatt-test-'));
  const total = { passed: 0, failed: 0, skipped: 0 };
  try {
    for (const name of names) {
      process.stdout.write(`\n── ${name}\n`);
      const begin = Date.now();
      let counts;
      try {
        counts = await steps[name](folder, args);
      } catch (error) {
        process.stdout.write(`  ${error.message}\n`);
        counts = one(false);
      }
      for (const key of Object.keys(total)) total[key] += counts[key];
      process.stdout.write(
        `   ${name}: ${counts.passed} passed, ${counts.failed} failed${counts.skipped ? `, ${counts.skipped} skipped` : ''} in ${((Date.now() - begin) / 1000).toFixed(1)} s\n`,
      );
      if (name === 'build' && counts.failed) break;
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  process.stdout.write(
    `\n${total.passed} passed, ${total.failed} failed${total.skipped ? `, ${total.skipped} skipped` : ''}\n`,
  );
  return total.failed > 0 ? 1 : 0;
}
