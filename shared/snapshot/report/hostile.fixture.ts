import { packer } from '../file.ts';
import { sha256 } from '../sha256.ts';
import { coverOf, draftOf, framesOf, papersOf, START, smallTopology } from '../snapshot.fixture.ts';

/** What ends a title, a script and a style, opens a comment, and runs where it is taken for markup. */
export const HOSTILE = `</title></script><!--<script>alert(1)</script>\u2028<img src=x onerror=alert(2)>"'&\u202e javascript:alert(3) file:///etc/passwd \\\\evil\\share`;

/** A small fleet in which every text is hostile. */
export function hostileFile() {
  const topology = smallTopology();
  const name = topology.name.map((one) => `${HOSTILE}${one}`);
  const papers = papersOf({
    alerts: [
      {
        ...{ id: '0123456789abcdef', rule: HOSTILE, severity: 'critical', domain: 'power', path: HOSTILE },
        ...{ title: HOSTILE, detail: HOSTILE, state: 'firing', since: START, until: null },
        ...{ acknowledgedBy: HOSTILE, labels: {} },
      },
    ],
    journal: [{ time: START, kind: 'note', alert: '', who: HOSTILE, text: HOSTILE }],
    notes: [{ time: START, who: HOSTILE, path: HOSTILE, text: HOSTILE }],
  });
  const cover = coverOf({
    title: HOSTILE,
    made: { at: START, by: HOSTILE, reason: 'person', version: '0.1.0' },
    origins: [{ source: HOSTILE, name: HOSTILE, kind: '<b>"x\'', url: HOSTILE, queries: [HOSTILE], stepMs: 15_000 }],
    missing: [HOSTILE],
  });
  return packer({ ...draftOf(framesOf({ ...topology, name }, 20), { cover, papers }) }, sha256).finish().bytes;
}
