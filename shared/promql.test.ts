import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { planQueries } from './promql.ts';
import { profiles } from './signals/profiles/all.ts';

const plan = planQueries({ rateWindow: '2m' });

test('at most 12 queries, sample times before the values that are as old as them', () => {
  expect(plan.length).toBeLessThanOrEqual(12);
  for (const kind of ['gpu', 'node', 'feed']) {
    const [first, ...rest] = plan.filter((query) => query.kind === kind).map((query) => query.times);
    expect([first, ...rest]).toEqual([true, ...rest.map(() => false)]);
  }
});

test('every metric of the profiles is asked for: gauges as they are, counters as rates over the window', () => {
  const values = plan.filter((query) => !query.times).map((query) => query.promql);
  for (const { names, kind } of profiles.flatMap((profile) => profile.mappings))
    for (const name of names) {
      const asked = values.filter((promql) => new RegExp(`\\b${name}\\b`).test(promql));
      expect(asked, name).toHaveLength(1);
      expect(new RegExp(`rate\\(${name}(\\{[^}]*\\})?\\[2m\\]\\)`).test(asked[0]), name).toBe(kind === 'counter');
    }
});

function hasPromtool(): boolean {
  try {
    execFileSync('promtool', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

const promtool = hasPromtool();
test.skipIf(!promtool)(promtool ? 'promtool reads them' : 'promtool reads them (skipped: it is not installed)', () => {
  const folder = mkdtempSync(join(tmpdir(), 'fleetwatt-promql-'));
  try {
    const rules = plan.map(({ id, promql }) => ({ record: id.replace('-', ':'), expr: promql }));
    // JSON is YAML.
    writeFileSync(join(folder, 'rules.yml'), JSON.stringify({ groups: [{ name: 'plan', rules }] }));
    const said = execFileSync('promtool', ['check', 'rules', join(folder, 'rules.yml')], { encoding: 'utf8' });
    expect(said).toContain(`SUCCESS: ${plan.length} rules found`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
