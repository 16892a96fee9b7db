import type { AlertTrouble } from '../../../shared/alerting/alert.ts';
import type { SourceHealth } from '../../../shared/contract/sources.ts';
import type { ViewFrame } from '../../../shared/contract.ts';

const ON_TOP: ReadonlySet<AlertTrouble['code']> = new Set(['flood', 'rules-late', 'not-written']);

/** What whoever looks at any view must know: alerts may be missing, are too many to read, or are not written down. */
export const isToldOnTop = ({ code }: AlertTrouble): boolean => ON_TOP.has(code);

/** A source that failed this many refreshes in a row is told of across the top (ui.md 5). */
const SILENT_POLLS = 3;

export const isSilent = ({ state, failures }: SourceHealth): boolean => state === 'down' && failures >= SILENT_POLLS;

const SAID: Readonly<Partial<Record<AlertTrouble['code'], string>>> = {
  flood: 'Very many new alerts',
  'rules-late': 'Rules do not run, alerts may be missing',
  'not-written': 'Alerts are not written down',
};

/** The banners of every view in a few words each, without their numbers, which grow by themselves. */
export function troublesOf({ sources, alerts }: Pick<ViewFrame, 'sources' | 'alerts'>): readonly string[] {
  return [
    ...alerts.trouble.flatMap(({ code }) => SAID[code] ?? []),
    ...sources.filter(isSilent).map(({ name }) => `${name} does not answer`),
    ...sources.filter(({ partial }) => partial !== null).map(({ name }) => `${name} answers in part`),
  ];
}
