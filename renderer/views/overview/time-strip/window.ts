/**
 * Where the time axis ends while a time of the past is shown: it stands still as long as that time is on it, so that it
 * can be dragged along; else it moves there, with some of what came after it in sight.
 *
 * @param end where the axis ended until now, epoch ms
 * @param now the axis never reaches beyond it
 */
export function windowEnd(at: number, range: number, end: number, now: number): number {
  return at <= end && at >= end - range ? end : Math.min(now, at + range / 4);
}

/** Times close to one another on the axis, as one: the first of each group leads it. */
export function clustered<One extends { readonly time: number }>(all: readonly One[], apartMs: number): One[][] {
  const groups: One[][] = [];
  for (const one of [...all].sort((a, b) => a.time - b.time)) {
    const group = groups.at(-1);
    if (group && one.time - group[0].time < apartMs) group.push(one);
    else groups.push([one]);
  }
  return groups;
}

/** Where the flag of a time lies, pixels: mostly left of its line where the ranges begin close to the right of it. */
export function flagSpan(at: number, text: string, most: number): { readonly x: number; readonly size: number } {
  const size = text.length * 7 + 22;
  return { x: Math.min(at - size / 2, most - size + 10), size };
}
