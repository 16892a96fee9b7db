import { formatAge, formatPercent, formatTime } from '../../../shared/format.ts';
import { reasonsOf } from '../../../shared/throttle.ts';
import type { RackNow } from './rack-model.ts';
import type { RackPast } from './rack-past.ts';
import { type ViewOfSignal, withUnit } from './signals.ts';

/** Reasons of a mask in words; "not known" where there is none. */
export function heldWords(mask: number): string {
  if (Number.isNaN(mask) || mask < 0) return 'reasons not known';
  return reasonsOf(mask).join(', ') || 'not held';
}

/**
 * What a screen reader is told of one GPU: "GPU n12-g1, 719 W, 60% of its limit, HW thermal, sampled 2 s ago".
 *
 * @param time the engine's time now, epoch ms
 */
export function spokenGpu(
  name: string,
  gpu: number,
  now: RackNow | null,
  limits: Float32Array,
  view: ViewOfSignal,
  time: number,
): string {
  if (now === null || now.states[gpu] === 'lost') return `GPU ${name}, no data`;
  if (now.states[gpu] === 'missing') return `GPU ${name}, missing: it ought to be there and was never heard`;
  const value = now.value(view.signal)[gpu];
  const share = value / limits[gpu];
  const of = view.id === 'util' || Number.isNaN(share) ? '' : `, ${formatPercent(share, 0)} of its ${LIMIT[view.id]}`;
  const heard = now.frame.gpuHeardAt[gpu];
  return `GPU ${name}, ${Number.isNaN(value) ? 'no data' : withUnit(view, value)}${of}, ${heldWords(now.value('gpu.throttle')[gpu])}, sampled ${formatAge(Math.max(0, time - heard))} ago`;
}

const LIMIT = { power: 'limit', temp: 'slowdown temperature', clock: 'maximum', nvlink: 'peak', util: '' } as const;

/** What is known of a GPU in one column of the past: "14:15:30 UTC, 719 W, SW power cap". */
export function wordsAt(past: RackPast, gpu: number, column: number, view: ViewOfSignal): string {
  const at = gpu * past.columns + column;
  const value = past.values[at];
  const text = Number.isNaN(value) ? 'no data' : withUnit(view, value);
  return `${formatTime(past.from + column * past.stepMs)}, ${text}, ${heldWords(past.reasons[at])}`;
}
