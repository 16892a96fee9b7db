import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Rule } from '../../shared/alerting/alert.ts';
import { parseRuleFile } from '../../shared/alerting/rule-file.ts';
import { Fleet } from '../../shared/fleet.ts';
import type { PrometheusSource, Settings } from '../../shared/settings.ts';
import { frameAt, stepOf } from '../../shared/snapshot/replay.ts';
import { parseBudgetsCsv, parseTopologyCsv } from '../../shared/topology-csv.ts';
import { BackTest } from '../engine/alerts/back-test.ts';
import { systemClock } from '../engine/clock.ts';
import { openFile, readCandidate } from '../engine/snapshots/assemble.ts';
import { PrometheusReader } from '../engine/sources/prometheus.ts';
import { type Parsed, UsageError } from './options.ts';
import { ownSettings } from './profile-option.ts';
import type { Steps } from './rules-back-test.ts';
import { tableOf } from './source-option.ts';

const MOST_BYTES = 1_000_000;

/** Rules that are tried on the past: the pack's or a profile's by name (all: `pack`), or those of a YAML file. @throws UsageError */
export function namedRules(words: string, parsed: Parsed): readonly Rule[] {
  const { rules } = ownSettings(parsed);
  if (/\.ya?ml$/i.test(words)) return rulesOfFile(words);
  if (words === 'pack') return rules.filter(({ enabled }) => enabled);
  return words.split(',').map((name) => {
    const found = rules.find((rule) => rule.name === name);
    if (!found)
      throw new UsageError(
        `There is no rule ${name}: give a case file (.json), rules (.yaml), a snapshot (.fwsnap), pack, or names of rules such as BudgetNearCap,LinkDown`,
      );
    return { ...found, enabled: true };
  });
}

function rulesOfFile(file: string): readonly Rule[] {
  if (statSync(file).size > MOST_BYTES) throw new Error(`${file} is larger than 1 MB`);
  const { rules, errors } = parseRuleFile(readFileSync(file, 'utf8').replace(/^\ufeff/, ''));
  const [first] = errors;
  if (first) throw new Error(`${file}, line ${first.line}, column ${first.column}: ${first.message}`);
  if (rules.length === 0) throw new Error(`${file} has no rules`);
  return rules;
}

/** Rules over what a snapshot recorded. */
export function overSnapshot(rules: readonly Rule[], file: string, settings: Settings): BackTest {
  const { snapshot } = openFile(readCandidate(file), file);
  const { run, papers } = snapshot;
  // Thresholds that are settings are those of the recording, unless others are given.
  const limits = { ...settings, ...papers.limits };
  const test = new BackTest(rules, limits, Math.max(papers.limits.pollMs, stepOf(run.times)), run.times[0] ?? 0, '');
  for (let instant = 0; instant < run.times.length; instant++) {
    const frame = frameAt(snapshot, instant);
    const span = papers.sources.findLast(({ from }) => from <= frame.time) ?? papers.sources[0];
    test.at({ frame, sources: span?.sources ?? [] });
  }
  return test;
}

/** Rules over what a server has: asked instant after instant by the engine's own queries. @throws the fault where none could be read */
export async function overServer(
  rules: readonly Rule[],
  source: PrometheusSource,
  { from, to, step }: Steps,
  parsed: Parsed,
): Promise<BackTest> {
  const { settings, profiles } = ownSettings(parsed);
  const { profile, csv, budgets } = parsed.values;
  const folder = typeof profile === 'string' ? profile : '';
  const inFolder = (name: string) => (folder !== '' && existsSync(join(folder, name)) ? join(folder, name) : undefined);
  const fleet = new Fleet({ mappings: settings.mappings, profiles });
  const places = tableOf(csv ?? inFolder('topology.csv'), parseTopologyCsv);
  if (places) fleet.setTopology(places.rows, places.racks);
  fleet.setBudgets(tableOf(budgets ?? inFolder('budgets.csv'), parseBudgetsCsv)?.rows ?? []);
  fleet.setWaitTick(source.id, source.waitTickBytes);
  const reader = new PrometheusReader({ ...source, timeoutMs: 60_000 }, fleet, systemClock, profiles);
  const test = new BackTest(rules, settings, step * 1000, from * 1000, folder);
  let [missed, failure]: [number, unknown] = [0, undefined];
  try {
    for (let at = from; at <= to; at += step) {
      await reader.readAll(at * 1000).catch((error: unknown) => {
        missed++;
        failure = error;
      });
      if (missed > test.times.length && missed > 3) break;
      test.at({ frame: fleet.frame(at * 1000, Math.max(settings.staleMs, step * 1000)), sources: [reader.health([])] });
      tell(test.times.length, Math.floor((to - from) / step) + 1);
    }
  } finally {
    reader.close();
  }
  if (failure !== undefined && missed >= test.times.length) throw failure;
  if (missed > 0)
    process.stderr.write(`${missed} instants could not be read: ${failure instanceof Error ? failure.message : ''}\n`);
  return test;
}

/** One line that is written over, where somebody looks. */
function tell(done: number, of: number): void {
  if (process.stderr.isTTY) process.stderr.write(`\r${done} of ${of} instants${done === of ? '\n' : ''}`);
}
