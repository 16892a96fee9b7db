import { expect, it } from 'vitest';
import { quantities } from '../alerting/quantities.ts';
import { sceneOf } from '../alerting/scene.fixture.ts';
import { frameOf, LOST, topologyOf } from '../frame.fixture.ts';
import { computePower } from '../power.ts';
import { GPU, RACK } from '../topology.ts';
import { shareRackCells } from './cells.ts';

// One rack of two nodes of two GPUs, recorded with as many GPUs as given.
const topology = topologyOf({ nodes: 2, gpus: 2 });
const rack = topology.start[RACK];
const ofRack = (value: number) => Array.from({ length: rack + 1 }, (_, place) => (place === rack ? value : null));
function look(watts: readonly (number | null | typeof LOST)[], counted: number) {
  const frame = frameOf(topology, { 'gpu.power': watts, 'place.gpus': ofRack(counted) });
  const cells = Uint8Array.from(watts, (one) => (one === LOST ? 255 : 10));
  shareRackCells(frame, computePower(frame), Uint8Array.of(77), cells);
  const silent = quantities.get('data.silent')?.column(sceneOf(frame), 'gpu') ?? [];
  return { silent: Array.from(silent).slice(rack, topology.start[GPU]), cells: [...cells] };
}

it('a node is silent where every other board that the rules count is read', () => {
  // Two of four are counted, and these two are read: the others are silent.
  expect(look([500, 500, LOST, LOST], 2)).toEqual({ silent: [0, 0, 1], cells: [10, 10, 255, 255] });
});

it('a node of which nobody asks is neither silent nor without a colour', () => {
  // All four are counted, two of them are read.
  expect(look([500, 500, LOST, LOST], 4)).toEqual({ silent: [0, 0, Number.NaN], cells: [10, 10, 77, 77] });
  expect(look([LOST, LOST, LOST, LOST], 4)).toEqual({ silent: [0, Number.NaN, Number.NaN], cells: [77, 77, 77, 77] });
});
