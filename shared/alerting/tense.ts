/** Predicates of what happened, which stays so whatever comes after. */
const HAPPENED = /^(stopped|has never|reported|had|went|does not|could not)\b/;

/** A predicate of a last time that may be over: "at 97.8% of budget" → "was at 97.8% of budget". No forecast outlives its data. */
export function pastOf(predicate: string): string {
  if (HAPPENED.test(predicate)) return predicate;
  if (/^reaches its budget\b/.test(predicate)) return 'was about to reach its budget';
  if (predicate.startsWith('has ')) return `had ${predicate.slice(4)}`;
  if (predicate.startsWith('cannot '))
    return `could not ${predicate.slice(7).replace(': it trips ', ': it would trip ')}`;
  if (predicate.startsWith('uplinks ')) return `uplinks were ${predicate.slice(8)}`;
  return `was ${predicate}`;
}

/** The same of many: "near their budget" → "were near their budget". */
export function pastOfMany(predicate: string): string {
  if (/^(stopped|do not|could not)\b/.test(predicate)) return predicate;
  if (predicate.startsWith('with ')) return `had ${predicate.slice(5)}`;
  if (predicate.startsWith('cannot ')) return `could not ${predicate.slice(7)}`;
  return `were ${predicate}`;
}

/** Title of an alert for whoever does not know how it is now: in the past tense. */
export function pastTitle({
  object,
  title,
  unknownSince,
}: {
  object: string;
  title: string;
  unknownSince: number | null;
}) {
  if (unknownSince !== null || !title.startsWith(`${object} `)) return title;
  return `${object} ${pastOf(title.slice(object.length + 1))}`;
}
