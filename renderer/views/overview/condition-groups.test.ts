import { describe, expect, it } from 'vitest';
import type { Finding } from '../../../shared/contract.ts';
import { smallLayout as layout } from '../places.fixture.ts';
import { conditionGroups, countBySeverity } from './condition-groups.ts';

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
});
