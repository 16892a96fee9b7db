import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    environment: 'node',
    // Generous: with several workers on a busy machine the longest take many times what they take alone.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    expect: { poll: { timeout: 120_000 } },
    pool: 'threads',
    // Files that start real servers wait for them most of the time: two more than the processors of a small machine.
    maxWorkers: Math.max(4, availableParallelism() - 1),
    projects: [
      {
        extends: true,
        test: {
          name: 'pure',
          include: ['shared/**/*.test.ts', 'renderer/**/*.test.{ts,tsx}'],
          // Pure code has no state to leak: its modules are read once a worker, not once a file (half of the time).
          isolate: false,
        },
      },
      {
        extends: true,
        test: {
          name: 'machine',
          include: ['electron/**/*.test.ts', 'e2e/{real,standin}/**/*.test.ts', 'build/**/*.test.ts'],
        },
      },
    ],
  },
});
