import { useQuery } from '@tanstack/react-query';
import { floatsOf } from '../../../shared/base64.ts';
import type { RackHistoryReply } from '../../../shared/contract/history.ts';
import { useScope } from '../../live/travel.tsx';
import type { RackModel } from './rack-model.ts';
import { emptyPast, movedTo, type RackPast } from './rack-past.ts';
import { COLUMNS, STEP_MS } from './rack-state.ts';
import { type RackView, viewOfSignal } from './signals.ts';

/** What was answered on the grid that ends now; while nothing was, an empty one. */
export function pastUntil(gridEnd: number, answered: RackPast | undefined, gpus: number): RackPast {
  const from = gridEnd - STEP_MS * COLUMNS;
  return answered?.gpus === gpus ? movedTo(answered, from) : emptyPast(from, STEP_MS, COLUMNS, gpus);
}

/** The last hour of a rack's GPUs in one signal with what held them; asked again when a new column begins. */
export function useRackPast(model: RackModel, view: RackView, to: number) {
  const { call, places } = useScope();
  return useQuery({
    queryKey: ['rackHistory', model.path, model.rack, model.count, view, to, places],
    queryFn: async () => {
      const from = to - COLUMNS * STEP_MS;
      const signals = [viewOfSignal(view).signal, 'gpu.throttle'] as const;
      const reply = await call('rackHistory', {
        rack: model.rack,
        signals: [...signals],
        from,
        to,
        points: COLUMNS,
      });
      return pastOf(reply, model, from);
    },
    // The picture stays while the next is on its way, unless another rack or signal was asked for.
    placeholderData: (before, query) =>
      query?.queryKey.slice(1, 5).join() === [model.path, model.rack, model.count, view].join() ? before : undefined,
    gcTime: 10_000,
  });
}

/**
 * The answer on our own grid: a step of it that is longer than a column fills the columns that lie in it, a shorter one
 * is folded into its column. What is not there stays a gap.
 */
export function pastOf(reply: RackHistoryReply, model: RackModel, from: number): RackPast {
  const past = emptyPast(from, STEP_MS, COLUMNS, model.count);
  const [values, masks] = reply.values.map(floatsOf);
  reply.gpus.forEach((place, row) => {
    const gpu = place - model.first;
    if (gpu < 0 || gpu >= model.count) return;
    for (let step = 0; step < reply.count; step++) {
      const time = reply.first + step * reply.stepMs;
      const first = Math.max(0, Math.floor((time - from) / STEP_MS));
      const end = Math.min(COLUMNS, Math.max(first + 1, Math.floor((time + reply.stepMs - from) / STEP_MS)));
      for (let column = first; column < end; column++)
        putStep(past, gpu, column, values[row * reply.count + step], masks[row * reply.count + step]);
    }
  });
  return past;
}

function putStep(past: RackPast, gpu: number, column: number, value: number, mask: number): void {
  const at = gpu * past.columns + column;
  if (!Number.isNaN(value)) {
    past.values[at] = value;
    past.recorded[column] = 1;
  }
  if (!Number.isNaN(mask)) past.reasons[at] = Math.max(0, past.reasons[at]) | (mask & 0xff);
}
