import { vi } from 'vitest';

/**
 * Tries until what is expected of a real server holds, for two minutes. On a busy machine a scrape may come too late, and
 * takes its series away until the next one.
 */
export const eventually = (expectation: () => Promise<void>): Promise<void> =>
  vi.waitFor(expectation, { timeout: 120_000, interval: 500 });
