import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import type { LayoutDocument, ViewFrame } from '../../shared/contract.ts';
import { formatAge, formatDate, formatTime } from '../../shared/format.ts';
import { frameOfText } from '../../shared/frame-text.ts';
import { faultOf } from '../link/link.ts';
import { useConsole } from '../live/console.tsx';

const WATCH = { signal: 'power', gpus: false, racks: [] as number[] } as const;
const ORIGINS = {
  ...{ memory: 'from memory', prometheus: 'from Prometheus', mixed: 'from Prometheus and memory' },
  ...{ database: 'from the database', none: '' },
} as const;

const [MINUTE, HOUR] = [60_000, 3_600_000];

/**
 * The beginning of the hour before a time, in whole minutes; where less is kept the oldest instant that can be shown but
 * for a minute, in which not all of the fleet was heard yet. null until that is told, and where no time is given.
 */
export function useOldestOfHour(time: number | null): number | null {
  const { link } = useConsole();
  const [from, to] = [Math.floor(((time ?? 0) - HOUR) / MINUTE) * MINUTE, time ?? 0];
  const { data, error } = useQuery({
    queryKey: ['steps', from],
    queryFn: () => link.call('steps', { from, to, most: 4000 }),
    enabled: time !== null,
    gcTime: 10_000,
  });
  if (time === null || (data === undefined && !error)) return null;
  const [times, oldest] = [data?.times ?? [], data?.times[0] ?? from];
  if (oldest <= from + (data?.stepMs ?? 0)) return from;
  return times.find((one) => one >= oldest + MINUTE) ?? times.at(-1) ?? from;
}

/** The fleet at one time of the past, asked once; null asks nothing. `missing` says why there is none. */
export function usePastFrame(time: number | null) {
  const { link } = useConsole();
  const query = useQuery({
    queryKey: ['frameAt', time, WATCH],
    queryFn: () => link.call('frameAt', { time: time ?? 0, watch: { ...WATCH, racks: [] } }),
    enabled: time !== null,
    gcTime: 120_000,
  });
  const { data, error } = query;
  return useMemo(() => {
    let side: { readonly layout: LayoutDocument; readonly frame: ViewFrame } | null = null;
    const frame = data?.frame ? frameOfText(data.frame) : null;
    // A server answers for times before its first sample as well: with nothing at all.
    if (frame && frame.sampled !== null && data?.layout) side = { layout: data.layout, frame };
    const fault = error ? faultOf(error) : null;
    const missing = fault
      ? `${fault.message} ${fault.hint}`
      : data && !side
        ? `Nothing is recorded of ${formatDate(time)}, ${formatTime(time)}. ${data.missing}`.trim()
        : '';
    const words =
      data && side
        ? [ORIGINS[data.origin], `every ${formatAge(data.stepMs)}`, data.missing]
        : [missing && 'not recorded'];
    return { side, missing, words: words.filter((word) => word !== '').join(', ') };
  }, [data, error, time]);
}
