import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');
const E = 'electron/engine';

/**
 * Faults by their rows in the project's list of faults (A transport, B content, C time and machine, D snapshots and
 * files, E hosts, F secrets and delivery): the files that hold a test of the row, and words of its title. A row without
 * one fails here.
 */
const ROWS: Readonly<Record<string, readonly (readonly [file: string, title: string])[]>> = {
  A1: [
    [`${E}/fetch.test.ts`, 'A1: nothing listens'],
    [`${E}/fetch.test.ts`, 'A1: a name that is not known'],
    [`${E}/fetch-bounds.test.ts`, 'has words of its own'],
    [`${E}/hostile-loads.test.ts`, 'A1, A10: targets that refuse or are gone'],
  ],
  A2: [[`${E}/fetch.test.ts`, 'A2: a drip is cut at the deadline of the whole exchange']],
  A3: [
    [`${E}/fetch.test.ts`, 'A3: headers without end'],
    [`${E}/fetch-bounds.test.ts`, 'A3: headers, %s'],
  ],
  A4: [[`${E}/fetch-bounds.test.ts`, 'A4: without end']],
  A5: [[`${E}/fetch-bounds.test.ts`, 'A5: of an honest length']],
  A6: [
    [`${E}/fetch-bounds.test.ts`, 'A6: out of 100 kB of gzip'],
    [`${E}/fetch.test.ts`, 'A6: an encoding that was not asked for'],
  ],
  A7: [[`${E}/fetch.test.ts`, 'A7: a body shorter than its length']],
  A8: [
    [`${E}/fetch.test.ts`, 'another host gets neither question nor credentials'],
    [`${E}/fetch.test.ts`, 'on the same host three are followed'],
    [`${E}/fetch-bounds.test.ts`, 'whose DNS answer changed meanwhile goes nowhere'],
  ],
  A9: [[`${E}/fetch-tls.test.ts`, 'A9: what is wrong with a certificate']],
  A10: [
    [`${E}/fetch.test.ts`, 'A10: 401, 403, 404, 405, 500 say what to do'],
    [`${E}/hostile-loads.test.ts`, 'A1, A10: targets that refuse or are gone'],
  ],
  A11: [[`${E}/fetch.test.ts`, 'A11: Retry-After is honoured within a second and five minutes']],
  A12: [
    [`${E}/fetch.test.ts`, 'A12: an empty body is an empty answer'],
    [`${E}/hostile-sources.test.ts`, 'a login page'],
  ],
  A13: [
    [`${E}/fetch.test.ts`, 'A13: a kept connection that was closed meanwhile'],
    [`${E}/fetch-bounds.test.ts`, 'A13: a write whose connection was reset'],
  ],
  A14: [[`${E}/hostile-sources.test.ts`, 'A14: a proxy of the environment']],
  A15: [
    [`${E}/hostile-sources.test.ts`, 'A15: a server that has only a part of the data'],
    [`${E}/sources/thanos.test.ts`, 'an answer in part is a lower bound'],
  ],
  A16: [
    [`${E}/hostile-sources.test.ts`, 'A16: answers of the API that are none'],
    [`${E}/hostile-loads.test.ts`, 'A16: %s is a fault'],
  ],
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
    [`${E}/hostile-loads.test.ts`, 'B11: a target whose series grow'],
    [`${E}/decode-mutations.test.ts`, 'are stopped at a limit'],
  ],
  B12: [
    [`${E}/hostile-sources.test.ts`, 'B5, B12: blanks and samples of the future'],
    [`${E}/hostile-loads.test.ts`, 'B12: samples of the past'],
  ],
  B13: [[`${E}/decode-mutations.test.ts`, 'take time in proportion to their length']],
  B14: [[`${E}/decode.test.ts`, 'reads seconds, exemplars and the end']],
  C1: [
    [`${E}/hostile-sources.test.ts`, 'C1: a server whose clock is not ours'],
    [`${E}/history/instants.test.ts`, 'of a server whose clock leads by'],
  ],
  C2: [
    [`${E}/schedule.test.ts`, 'C2: a clock that is put back or forth'],
    [`${E}/alerts/alert-restart.test.ts`, 'that goes back makes no pass'],
  ],
  C3: [
    [`${E}/schedule.test.ts`, 'C3: after eight hours of sleep there is one catch-up run'],
    [`${E}/fetch-bounds.test.ts`, 'C3: a kept connection that leads nowhere after a sleep'],
    [`${E}/alerts/alert-restart.test.ts`, 'after a sleep there is one pass'],
    ['renderer/live/freshness.test.ts', 'a laptop that slept is stale at once'],
  ],
  C4: [
    [`${E}/store/database.test.ts`, 'a disk that takes no more'],
    [`${E}/store/profile.test.ts`, 'C4: settings that meet %s'],
    [`${E}/alerts/alert-restart.test.ts`, 'alerts go on; what happened meanwhile is in the history'],
  ],
  C5: [
    [`${E}/alerts/kill.test.ts`, 'every row that was shown is there after'],
    [`${E}/history/kill.test.ts`, 'every minute that was written is there'],
    [`${E}/snapshots/whole-file.test.ts`, 'leaves no broken file under its name'],
    [`${E}/store/profile.test.ts`, 'a file is replaced whole'],
  ],
  C6: [[`${E}/store/database.test.ts`, 'a damaged file']],
  C7: [
    [`${E}/store/profile.test.ts`, 'settings (C7)'],
    ['electron/serve/serve.test.ts', 'warns of settings that are broken'],
    ['e2e/specs/sources.spec.ts', 'settings.json could not be read'],
  ],
  C8: [[`${E}/store/profile.test.ts`, 'the lock (C8)']],
  C9: [
    [`${E}/store/profile.test.ts`, 'C9: spaces, letters of others'],
    [`${E}/store/profile.test.ts`, 'C9: a folder that cannot be made'],
  ],
  C10: [
    ['e2e/specs/engine.spec.ts', 'engine: killed, it is said'],
    ['shared/hub.test.ts', 'is told to viewers, answered for, started again'],
    ['electron/desktop/crashes.test.ts', 'C10: a window that crashes'],
  ],
  D1: [
    ['shared/snapshot/hostile.test.ts', 'D1: bombs'],
    ['electron/cli/hostile-files.test.ts', 'says why, and does not wait for it'],
  ],
  D2: [['shared/snapshot/hostile.test.ts', 'D2: paths']],
  D3: [['shared/snapshot/hostile.test.ts', 'D3: tampering']],
  D4: [['shared/snapshot/hostile.test.ts', 'D4: JSON']],
  D5: [
    ['shared/snapshot/export/export.test.ts', 'CSV (faults.md D5)'],
    ['shared/csv.test.ts', 'a cell that a spreadsheet may open'],
    [`${E}/store/profile.test.ts`, 'D5: a file of places that is no CSV'],
  ],
  D6: [
    ['electron/desktop/origin.test.ts', 'D6: links of what was imported'],
    ['e2e/real/report-browsers.test.ts', 'reads the report without scripts'],
    ['e2e/specs/safety.spec.ts', 'stays on its own origin and opens no window'],
    ['e2e/specs/hostile-labels.spec.ts', 'labels of an exporter are text'],
  ],
  D7: [
    [`${E}/snapshots/whole-file.test.ts`, 'leaves no broken file under its name'],
    [`${E}/full-disk.test.ts`, 'D7: a disk that is full'],
  ],
  D8: [['shared/snapshot/hostile.test.ts', 'D8: a hostile fleet']],
  E1: [['electron/serve/server.test.ts', 'Host (DNS rebinding)']],
  E2: [['electron/serve/server.test.ts', 'is refused across sites']],
  E3: [['electron/serve/viewers.test.ts', 'opens for a session from our own page, and for nothing else']],
  E4: [['electron/serve/server.test.ts', 'takes ten guesses a minute']],
  E5: [['electron/serve/server.test.ts', 'come from the folder only']],
  E6: [
    ['electron/serve/server.test.ts', 'refuses what smuggles a second request'],
    ['electron/serve/server.test.ts', 'answers a person while somebody holds every connection'],
  ],
  E7: [
    ['electron/serve/server.test.ts', 'come with every header'],
    ['electron/serve/serve.test.ts', 'warns when it listens beyond this machine'],
  ],
  E8: [
    ['e2e/specs/safety.spec.ts', 'the page has nothing of Node or Electron'],
    ['electron/desktop/origin.test.ts', 'is nothing outside it, however it is written'],
  ],
  // The web host reaches sources through the engine only, whose addresses are looked at there.
  E9: [[`${E}/fetch-bounds.test.ts`, 'A8: the address is looked at before anything is sent']],
  F1: [
    ['e2e/specs/secrets.spec.ts', 'F1: secrets are in no argument'],
    [`${E}/vault-secrets.test.ts`, 'a secret of the vault reaches its source, and nothing else'],
    ['e2e/real/interop-faults.test.ts', 'F1: no secret of an exchange'],
    ['shared/snapshot/redact.test.ts', 'leaves no canary in any form that leaves'],
  ],
  F2: [
    [`${E}/vault-secrets.test.ts`, 'what cannot be kept says why'],
    ['e2e/specs/vault.spec.ts', 'serve says that it keeps none'],
  ],
  F3: [['e2e/real/interop-faults.test.ts', 'F3: an Alertmanager that']],
  F4: [
    [`${E}/alerts/alert-part.test.ts`, 'a flood (faults.md F4)'],
    ['shared/interop/notices.test.ts', 'F4: of 10,000 alerts at once'],
    ['e2e/real/interop-faults.test.ts', 'F4: an alert that flaps every pass'],
  ],
  F5: [
    [`${E}/schedule.test.ts`, 'takes longer than its interval never runs twice'],
    [`${E}/alerts/alert-restart.test.ts`, 'after a sleep there is one pass'],
  ],
  F6: [
    [`${E}/alerts/alert-part.test.ts`, 'raised in `for` while firing are pending again'],
    ['shared/alerting/machine.test.ts', 'fires no more where `for` was raised'],
  ],
};

const upTo = (letter: string, last: number) => Array.from({ length: last }, (_, i) => `${letter}${i + 1}`);

const ROW_NAMES = [
  ...[...upTo('A', 17), ...upTo('B', 14), ...upTo('C', 10)],
  ...[...upTo('D', 8), ...upTo('E', 9), ...upTo('F', 6)],
];

describe('rows of the list of faults', () => {
  test.each(ROW_NAMES)('%s has a test', (row) => {
    expect(ROWS[row]?.length ?? 0).toBeGreaterThan(0);
    for (const [file, title] of ROWS[row] ?? []) {
      expect([file, existsSync(join(root, file))]).toEqual([file, true]);
      expect([file, readFileSync(join(root, file), 'utf8').includes(title)]).toEqual([file, true]);
    }
  });
});
