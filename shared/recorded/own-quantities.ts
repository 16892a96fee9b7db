import { Untold } from './untold.ts';

/**
 * What a server can tell of itself, where it scrapes itself: a job that does not answer at all stands for a source, a
 * group of rules that is not evaluated, or fails, for a rule.
 *
 * @param intervalS seconds between evaluations of our group
 * @throws Untold
 */
export function ownQuantity(name: string, intervalS: number): string {
  if (name === 'source.down') return '1 - max by (site, source) (label_replace(up, "source", "$1", "job", "(.+)"))';
  if (name !== 'rule.failed_passes') throw new Untold(`${name} is about Fleetwatt itself`);
  const ours = `{rule_group=~".*;${GROUP}.*"}`;
  const late = `floor((time() - prometheus_rule_group_last_evaluation_timestamp_seconds${ours}) / prometheus_rule_group_interval_seconds${ours})`;
  // It counts failed rules, not passes: of one rule that fails at each pass they are the same.
  const failed = `increase(prometheus_rule_evaluation_failures_total${ours}[${Math.max(4 * intervalS, 120)}s])`;
  const of = (values: string, what: string) =>
    `label_replace(label_replace(${values}, "rule", "$1", "rule_group", ".*;(.+)"), "fw_of", "${what}", "", "")`;
  return `max by (rule) (${of(late, 'late')} or ${of(failed, 'failed')})`;
}

/** Name of the group that the file's rules are in. */
export const GROUP = 'fleetwatt-alerts';
