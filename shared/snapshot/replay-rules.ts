import type { Rule, RuleStatus, RulesReply } from '../alerting/alert.ts';
import { pack } from '../alerting/pack.ts';
import type { Snapshot } from './document.ts';
import { openAt } from './replay-alerts.ts';

/** What is not told of a rule that the pack does not have. */
const UNTOLD: Omit<Rule, 'name' | 'when' | 'severity' | 'enabled'> = {
  ...{ forMs: 0, keepFiringForMs: 0, domain: 'data', labels: {}, onStale: 'hold', overrides: [] },
  runbook: { means: '', check: '', act: '' },
};

/** Rules as they were in force; the condition of one that was redacted is ''. Those of the pack have their runbook; of others the snapshot has name, condition, severity. */
export function rulesAt({ papers }: Snapshot, now: number): RulesReply {
  const open = openAt(papers, now);
  const rules = papers.rules.map(({ name, text, severity }): RuleStatus => {
    const known = pack.find((rule) => rule.name === name);
    const own = open.filter(({ rule }) => rule === name);
    return {
      ...{ ...(known ?? UNTOLD), name, when: text, severity: severity as RuleStatus['severity'], enabled: true },
      ...{
        from: known ? 'pack' : 'file',
        file: '',
        changed: known !== undefined && text !== '' && known.when !== text,
      },
      ...{ health: 'ok', lastError: '', evaluatedAt: now },
      pending: own.filter(({ state }) => state === 'pending').length,
      firing: own.filter(({ state }) => state !== 'pending').length,
    };
  });
  return { rules, errors: [], quantities: [], evaluatedAt: now, missedPasses: 0 };
}
