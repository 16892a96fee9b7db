import { expect, it } from 'vitest';
import { frameOf, rackAt, rowAt, topologyOf, type Values } from '../frame.fixture.ts';
import type { SignalId } from '../signals/catalogue.ts';
import { recordedValues } from './cells.ts';

/** Two racks of two GPUs; of the first it is recorded what is given, the boards of the other are read at 200 of 400 W. */
function shown(recorded: Partial<Record<SignalId, number>>, budgets: Readonly<Record<string, number>> = {}) {
  const made = topologyOf({ racks: 2, gpus: 2, budgets });
  const rack = rackAt(made);
  const topology = { ...made, model: made.model.map((one, place) => (place === rack ? 'NVIDIA H100 80GB HBM3' : one)) };
  const places = Object.entries(recorded).map(([id, value]): [string, Values] => [
    id,
    Array.from({ length: rack + 1 }, (_, place) => (place === rack ? value : null)),
  ]);
  const boards = { 'gpu.power': [null, null, 200, 200], 'gpu.powerLimit': [null, null, 400, 400] };
  const value = recordedValues('power', frameOf(topology, { ...boards, ...Object.fromEntries(places) }));
  const at = (place: number) => value && Number(value[place].toFixed(4));
  return { first: at(rack), other: at(rack + 1), row: at(rowAt(topology)) };
}

const EIGHT = { 'place.gpus': 8, 'place.metered': 8, 'place.gpuPower': 2400 } as const;

it('the power of a recorded rack without a budget is that of its boards by their limits', () => {
  // 2,400 of 8 × 400 W. The boards of the other rack tell theirs themselves; in the row 8 × 0.75 + 2 × 0.5, of 10.
  const told = shown({ ...EIGHT, 'place.gpuLimit': 3200, 'place.gpusLimited': 8 });
  expect(told).toEqual({ first: 0.75, other: Number.NaN, row: 0.7 });
});

it('boards that tell no limit have the hardware table’s, and those without power count in no limit', () => {
  // 4 × 400 + 4 × 700 W.
  expect(shown({ ...EIGHT, 'place.gpuLimit': 1600, 'place.gpusLimited': 4 }).first).toBe(0.5455);
  expect(shown({ ...EIGHT }).first).toBe(0.4286);
  // Six of eight tell their power: 2,400 of 6 × 400 W.
  const six = { ...EIGHT, 'place.metered': 6, 'place.gpuLimit': 3200, 'place.gpusLimited': 8 };
  expect(shown(six).first).toBe(1);
});

it('what has a budget is shown by it', () => {
  const told = { ...EIGHT, 'place.gpuLimit': 3200, 'place.gpusLimited': 8 };
  expect(shown(told, { 'S/A/A1/A1-01': 4000 })).toEqual({ first: Number.NaN, other: Number.NaN, row: 0.7 });
});
