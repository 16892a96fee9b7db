import { expect, it } from 'vitest';
import { quantities } from '../alerting/quantities.ts';
import { sceneOf } from '../alerting/scene.fixture.ts';
import { frameOf, topologyOf } from '../frame.fixture.ts';
import { RACK } from '../topology.ts';

it('the share of GPUs that the cap holds is the recorded one where there is one, whichever boards are read', () => {
  const topology = topologyOf({ racks: 2, nodes: 1, gpus: 2 });
  const rack = topology.start[RACK];
  const first = Array.from({ length: rack + 1 }, (_, place) => (place === rack ? 0.4 : null));
  const frame = frameOf(topology, { 'gpu.power': [500, 500, 500, 500], 'place.cappedLong': first });
  const share = quantities.get('rack.capped_share')?.column(sceneOf(frame), 'rack') ?? [];
  // Of the other one nobody has watched for long enough.
  expect([share[rack], share[rack + 1]]).toEqual([expect.closeTo(0.4, 6), Number.NaN]);
});
