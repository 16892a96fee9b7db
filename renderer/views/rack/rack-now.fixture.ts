import type { ViewFrame } from '../../../shared/contract.ts';
import { MEASURED } from '../../../shared/frame.ts';
import { RACK_SIGNALS, type RackSignal } from '../../../shared/rack/columns.ts';
import { frameOf } from '../../draw/sample-fleet.fixture.ts';
import { smallLayout } from '../places.fixture.ts';

/** A2-01 of the small layout: two GPUs, places 16 and 17. */
export const RACK = 7;

/** A frame that brings that rack with these values of its two GPUs; what is left out is NaN. */
export function rackFrame(
  values: Partial<Record<RackSignal, readonly number[]>>,
  more: Partial<ViewFrame> = {},
): ViewFrame {
  const frame = frameOf(smallLayout);
  const drawW = new Float32Array(10).fill(Number.NaN);
  drawW[RACK] = 19_000;
  drawW[4] = 39_200;
  return {
    ...frame,
    drawW,
    slope: new Float32Array(10).fill(Number.NaN),
    capMin: new Float32Array(10).fill(Number.NaN),
    rack: RACK,
    gpuValues: Float32Array.from(RACK_SIGNALS.flatMap((signal) => values[signal] ?? [Number.NaN, Number.NaN])),
    gpuQuality: new Uint8Array(RACK_SIGNALS.length * 2).fill(MEASURED),
    gpuHeardAt: Float64Array.of(frame.time - 2000, frame.time - 2000),
    ...more,
  };
}
