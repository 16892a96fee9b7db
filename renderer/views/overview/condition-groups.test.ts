import { describe, expect, it } from 'vitest';
import type { Finding } from '../../../shared/contract.ts';
import { smallLayout as layout } from '../places.fixture.ts';
import { conditionGroups, conditionKey, countBySeverity, indexOfChosen } from './condition-groups.ts';

const finding = (
  title: string,
  severity: Finding['severity'],
  domain: Finding['domain'],
  place: number,
  since: number,
) => ({ title, detail: '', severity, domain, place, since }) satisfies Finding;

const findings = [
  finding('node silent', 'nodata', 'data', 13, 5),
  finding('hall warm', 'warning', 'power', 1, 1),
  finding('row late', 'critical', 'power', 4, 9),
  finding('row early', 'critical', 'power', 3, 2),
  finding('source down', 'nodata', 'data', -1, 3),
  finding('site', 'warning', 'power', 0, 4),
];

describe('conditionGroups', () => {
  it('groups by domain and hall, worst first, older first inside', () => {
    expect(conditionGroups(layout, findings).map((group) => [group.title, group.findings.map((f) => f.title)])).toEqual(
      [
        ['Power and thermal, Hall A', ['row early', 'row late', 'hall warm']],
        ['Power and thermal, Site PDX-1', ['site']],
        ['Data, sources', ['source down']],
        ['Data, Hall B', ['node silent']],
      ],
    );
  });

  it('counts by severity', () => {
    expect(countBySeverity(findings)).toEqual([
      ['critical', 2],
      ['warning', 2],
      ['nodata', 2],
    ]);
  });

  it('finds the chosen one again when it became an alert, or another severity, and only then another', () => {
    const chosen = conditionKey(layout, finding('Row A2 at 91.0% of budget', 'warning', 'power', 4, 100));
    const worse = finding('Row A2 at 97.8% of budget', 'critical', 'power', 4, 160);
    const other = finding('Row A2 lost a feed', 'warning', 'power', 4, 100);
    const same = finding('Row A2 at 92.0% of budget', 'warning', 'power', 4, 100);
    expect(indexOfChosen(layout, [other, worse], chosen)).toBe(1);
    expect(indexOfChosen(layout, [worse, other, same], chosen)).toBe(2);
    expect(indexOfChosen(layout, [other], chosen)).toBe(-1);
    // The same at another place is another.
    expect(indexOfChosen(layout, [{ ...worse, place: 3 }], chosen)).toBe(-1);
    expect(indexOfChosen(layout, [worse], '')).toBe(-1);
  });
});
