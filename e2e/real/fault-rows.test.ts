import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');
const E = 'electron/engine';

/**
 * Faults that a source, a body or a clock can bring, by their rows in the project's list of faults (A transport, B
 * content, C1–C3 time): the files that hold a test of the row, and words of its title. A row without one fails here.
 */
const ROWS: Readonly<Record<string, readonly (readonly [file: string, title: string])[]>> = {
  A1: [
    [`${E}/fetch.test.ts`, 'A1: nothing listens'],
    [`${E}/fetch.test.ts`, 'A1: a name that is not known'],
  ],
  A2: [[`${E}/fetch.test.ts`, 'A2: a drip is cut at the deadline of the whole exchange']],
  A3: [[`${E}/fetch.test.ts`, 'A3: headers without end']],
  A4: [[`${E}/fetch.test.ts`, 'A4, A5: a body without end']],
  A5: [[`${E}/fetch.test.ts`, 'A4, A5: a body without end']],
  A6: [
    [`${E}/fetch.test.ts`, 'A6: a gzip bomb counts as what it unpacks to'],
    [`${E}/fetch.test.ts`, 'A6: an encoding that was not asked for'],
  ],
  A7: [[`${E}/fetch.test.ts`, 'A7: a body shorter than its length']],
  A8: [
    [`${E}/fetch.test.ts`, 'another host gets neither question nor credentials'],
    [`${E}/fetch.test.ts`, 'on the same host three are followed'],
  ],
  A9: [[`${E}/fetch-tls.test.ts`, 'A9: what is wrong with a certificate']],
  A10: [[`${E}/fetch.test.ts`, 'A10: 401, 403, 404, 405, 500 say what to do']],
  A11: [[`${E}/fetch.test.ts`, 'A11: Retry-After is honoured within a second and five minutes']],
  A12: [
    [`${E}/fetch.test.ts`, 'A12: an empty body is an empty answer'],
    [`${E}/hostile-sources.test.ts`, 'a login page'],
  ],
  A13: [[`${E}/fetch.test.ts`, 'A13: a kept connection that was closed meanwhile']],
  A14: [[`${E}/hostile-sources.test.ts`, 'A14: a proxy of the environment']],
  A15: [[`${E}/hostile-sources.test.ts`, 'A15: a server that has only a part of the data']],
  A16: [[`${E}/hostile-sources.test.ts`, 'A16: answers of the API that are none']],
  A17: [
    [`${E}/hostile-sources.test.ts`, 'A17: a hundred targets that fail together'],
    [`${E}/schedule.test.ts`, 'targets that fail together do not come back together'],
  ],
  B1: [
    [`${E}/decode.test.ts`, 'agrees with every "must" case of the conformance suite'],
    ['e2e/real/scrape-validity.test.ts', 'Validity is that of a real Prometheus'],
  ],
  B2: [[`${E}/hostile-sources.test.ts`, 'bytes that are no UTF-8']],
  B3: [[`${E}/hostile-sources.test.ts`, 'B3: a series twice']],
  B4: [
    [`${E}/hostile-sources.test.ts`, 'a number Prometheus refuses'],
    ['e2e/real/scrape-validity.test.ts', 'Validity is that of a real Prometheus'],
  ],
  B5: [[`${E}/hostile-sources.test.ts`, 'B5, B12: blanks and samples of the future']],
  B6: [
    ['shared/fleet.test.ts', 'a reset is no negative rate and no spike'],
    ['shared/fleet.test.ts', 'a counter that goes down a little was not reset'],
  ],
  B7: [
    [`${E}/hostile-sources.test.ts`, 'B7: what it says of itself cannot write into a log or a page'],
    ['e2e/specs/hostile-labels.spec.ts', 'labels of an exporter are text'],
  ],
  B8: [[`${E}/hostile-sources.test.ts`, 'B8: labels with the names of object properties']],
  B9: [[`${E}/decode.test.ts`, 'gpu.power']],
  B10: [['shared/prom-api/reply.test.ts', 'leaves native histograms out and says so']],
  B11: [
    [`${E}/hostile-sources.test.ts`, 'a thousand labels'],
    [`${E}/decode-mutations.test.ts`, 'are stopped at a limit'],
  ],
  B12: [[`${E}/hostile-sources.test.ts`, 'B5, B12: blanks and samples of the future']],
  B13: [[`${E}/decode-mutations.test.ts`, 'take time in proportion to their length']],
  B14: [[`${E}/decode.test.ts`, 'reads seconds, exemplars and the end']],
  C1: [[`${E}/hostile-sources.test.ts`, 'C1: a server whose clock is not ours']],
  C2: [[`${E}/schedule.test.ts`, 'C2: a clock that is put back or forth']],
  C3: [[`${E}/schedule.test.ts`, 'C3: after eight hours of sleep there is one catch-up run']],
};

const upTo = (letter: string, last: number) => Array.from({ length: last }, (_, i) => `${letter}${i + 1}`);

describe('rows of the list of faults', () => {
  test.each([...upTo('A', 17), ...upTo('B', 14), ...upTo('C', 3)])('%s has a test', (row) => {
    expect(ROWS[row]?.length ?? 0).toBeGreaterThan(0);
    for (const [file, title] of ROWS[row] ?? []) {
      expect([file, existsSync(join(root, file))]).toEqual([file, true]);
      expect([file, readFileSync(join(root, file), 'utf8').includes(title)]).toEqual([file, true]);
    }
  });
});
