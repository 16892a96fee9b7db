import type { AlertTrouble } from '../../../shared/alerting/alert.ts';

const ON_TOP: ReadonlySet<AlertTrouble['code']> = new Set(['flood', 'rules-late', 'not-written']);

/** What whoever looks at any view must know: alerts may be missing, are too many to read, or are not written down. */
export const isToldOnTop = ({ code }: AlertTrouble): boolean => ON_TOP.has(code);
