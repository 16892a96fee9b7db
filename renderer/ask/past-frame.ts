import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import type { LayoutDocument, ViewFrame } from '../../shared/contract.ts';
import { formatAge, formatTime } from '../../shared/format.ts';
import { frameOfText } from '../../shared/frame-text.ts';
import { faultOf } from '../link/link.ts';
import { useConsole } from '../live/console.tsx';

const WATCH = { signal: 'power', gpus: false, racks: [] as number[] } as const;
const ORIGINS = {
  ...{ memory: 'from memory', prometheus: 'from Prometheus', mixed: 'from Prometheus and memory' },
  ...{ database: 'from the database', none: '' },
} as const;

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
    if (data?.frame && data.layout) side = { layout: data.layout, frame: frameOfText(data.frame) };
    const fault = error ? faultOf(error) : null;
    const missing = fault
      ? `${fault.message} ${fault.hint}`
      : data && !side
        ? `Nothing of ${formatTime(time)} is recorded. ${data.missing}`
        : '';
    const words = data && side ? [ORIGINS[data.origin], `every ${formatAge(data.stepMs)}`, data.missing] : [missing];
    return { side, missing, words: words.filter((word) => word !== '').join(', ') };
  }, [data, error, time]);
}
