import type { ViewFrame } from '../../../shared/contract.ts';
import { useHistory } from '../../ask/ask.ts';
import type { PowerPoint } from './RackPower.tsx';
import type { RackModel } from './rack-model.ts';
import { COLUMNS, STEP_MS } from './rack-state.ts';

/** Longer than this between two points is a gap. */
const GAP_STEPS = 3;

/** The rack's draw over the last hour, ending with the frame's own value; gaps stay gaps. */
export function useDraws(frame: ViewFrame, model: RackModel, gridEnd: number, live: boolean) {
  const history = useHistory([{ signal: 'draw', place: model.rack }], COLUMNS * STEP_MS, gridEnd, true);
  const times = history.data?.times ?? [];
  const values = history.data?.values[0] ?? [];
  const past = times.map((time, i): PowerPoint => [time, values[i] ?? null]);
  return {
    points: live ? withDraw(past, frame.sampled, frame.drawW[model.rack]) : past,
    error: history.isError ? history.error : null,
    retry: history.refetch,
  };
}

/** The points before a sample, then the sample; one that comes well after the last is not joined to it. */
export function withDraw(past: readonly PowerPoint[], sampled: number | null, watts: number): readonly PowerPoint[] {
  if (sampled === null || Number.isNaN(watts)) return past;
  const kept = past.filter(([time, value]) => time < sampled && value !== null);
  const last = kept.at(-1)?.[0] ?? Number.NEGATIVE_INFINITY;
  const before = past.filter(([time]) => time < sampled);
  if (sampled - last > GAP_STEPS * STEP_MS) return [...before, [sampled, null], [sampled, watts]];
  // Buckets that have not begun to fill lie between the last known and now: they are no gap.
  return [...before.filter(([time]) => time <= last), [sampled, watts]];
}
