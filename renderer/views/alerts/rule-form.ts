import type { AlertSeverity, QuantityInfo, Rule, RuleOverride, RuleStatus } from '../../../shared/alerting/alert.ts';

/** A rule as text fields. */
export interface RuleDraft {
  readonly when: string;
  readonly clear: string;
  readonly holds: string;
  readonly keeps: string;
  readonly severity: AlertSeverity;
  /** One a line: path, colon, condition. */
  readonly overrides: string;
  readonly enabled: boolean;
}

const UNITS = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** "90s", "5m", "1h30m" as ms; NaN for anything else, 0 for nothing. */
export function durationOf(text: string): number {
  const trimmed = text.trim();
  if (trimmed === '' || trimmed === '0') return 0;
  if (!/^(\d+(\.\d+)?[smhd])+$/.test(trimmed)) return Number.NaN;
  let sum = 0;
  for (const [, digits, , unit] of trimmed.matchAll(/(\d+(\.\d+)?)([smhd])/g))
    sum += Number(digits) * UNITS[unit as keyof typeof UNITS];
  return Math.round(sum);
}

/** Ms as the editor writes them: the largest unit that divides them. */
export function durationWords(ms: number): string {
  if (ms === 0) return '0';
  const unit = (['d', 'h', 'm', 's'] as const).find((one) => ms % UNITS[one] === 0);
  return unit ? `${ms / UNITS[unit]}${unit}` : `${ms / 1000}s`;
}

export function draftOf(rule: Rule): RuleDraft {
  return {
    when: rule.when,
    clear: rule.clear ?? '',
    holds: durationWords(rule.forMs),
    keeps: durationWords(rule.keepFiringForMs),
    severity: rule.severity,
    overrides: rule.overrides.map(({ place, when }) => `${place}: ${when}`).join('\n'),
    enabled: rule.enabled,
  };
}

/**
 * What the editor of a rule is made anew for: another rule, or one that was changed or put back; at a time of the past
 * everything that it says, since nobody writes there and another time has other thresholds.
 */
export const editorKey = (rule: Rule & Pick<RuleStatus, 'changed'>, isOver: boolean): string =>
  isOver ? `then ${rule.name} ${JSON.stringify(draftOf(rule))}` : `${rule.name} ${rule.changed}`;

/** The rule of a draft; null with what is wrong where its times or places cannot be read. Conditions are the engine's. */
export function ruleOf(rule: RuleStatus, draft: RuleDraft): { readonly rule: Rule | null; readonly error: string } {
  const [forMs, keepFiringForMs] = [durationOf(draft.holds), durationOf(draft.keeps)];
  if (Number.isNaN(forMs) || Number.isNaN(keepFiringForMs))
    return { rule: null, error: 'Write a time as 90s, 5m or 1h30m.' };
  const overrides: RuleOverride[] = [];
  for (const [index, line] of draft.overrides.split('\n').entries()) {
    if (line.trim() === '') continue;
    const at = line.indexOf(':');
    const [place, when] = [line.slice(0, at).trim(), line.slice(at + 1).trim()];
    if (at < 0 || place === '' || when === '')
      return { rule: null, error: `Places, line ${index + 1}: write it like PDX-1/A/A2: power.budget > 0.95` };
    // What else was set for the place stays.
    overrides.push({ ...rule.overrides.find((one) => one.place === place), place, when });
  }
  const { name, at, domain, labels, title, runbook, onStale } = rule;
  const { when, severity, enabled } = draft;
  const clear = draft.clear.trim();
  return {
    error: '',
    rule: {
      ...{ name, when, forMs, keepFiringForMs, severity, domain, labels, runbook, onStale, overrides, enabled },
      ...(clear === '' ? {} : { clear }),
      ...(at === undefined ? {} : { at }),
      ...(title === undefined ? {} : { title }),
    },
  };
}

/** Unit of the first quantity of a condition: that of the values that a preview shows. */
export function unitOf(when: string, quantities: readonly QuantityInfo[]): string {
  const first = /[a-z][a-z0-9_.]*/.exec(when)?.[0];
  return quantities.find(({ name }) => name === first)?.unit ?? '';
}
