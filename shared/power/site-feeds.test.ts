import { expect, test } from 'vitest';
import { frameOf, LOST, topologyOf, type Values } from '../frame.fixture.ts';
import { computePower } from '../power.ts';
import { feedLossVerdict, siteFeeds } from './site-feeds.ts';

const [ONE, TWO] = ['S/A/A1/A1-01', 'S/A/A1/A1-02'];
const topology = topologyOf({
  racks: 2,
  feeds: { [`${ONE} A`]: 66e3, [`${ONE} B`]: 66e3, [`${TWO} A`]: 66e3, [`${TWO} B`]: 66e3 },
  ratings: { S: [300e3, 280e3], [ONE]: [132e3, 132e3], [TWO]: [132e3, 132e3] },
});
const frame = (feeds: Values) => frameOf(topology, { 'feed.power': feeds });
const verdict = (feeds: Values) => feedLossVerdict(frame(feeds), computePower(frame(feeds)));

test("a site's feeds are what its racks draw through them, against half of the rating", () => {
  expect(siteFeeds(frame([60e3, 50e3, 40e3, 30e3]))).toEqual([
    { site: 0, name: 'A', drawW: 100e3, budgetW: 150e3, derate: 0.5 },
    { site: 0, name: 'B', drawW: 80e3, budgetW: 140e3, derate: 0.5 },
  ]);
  expect(siteFeeds(frame([60e3, LOST, 40e3, 30e3])).map(({ drawW }) => drawW)).toEqual([100e3, null]);
  expect(siteFeeds(frameOf(topologyOf(), {}))).toEqual([]);
});

test('the loss of a feed is survived at the highest share that the other would carry', () => {
  // Rack 1: 110 of 132 kW, 83.3 %. The site: 180 of 280 kW without A.
  const { ratio, ...rest } = verdict([60e3, 50e3, 40e3, 30e3]) ?? { ratio: null };
  expect(rest).toEqual({ verdict: 'survives', places: 0 });
  expect(ratio).toBeCloseTo(110 / 132, 6);
});

test('what trips comes before what nobody can tell; without feeds there is no verdict', () => {
  // Rack 1 at 140 of 132 kW, whichever feed is lost.
  expect(verdict([80e3, 60e3, 40e3, 30e3])).toEqual({ verdict: 'trips', places: 2, ratio: null });
  expect(verdict([60e3, LOST, 40e3, 30e3])).toMatchObject({ verdict: 'unknown', ratio: null });
  const bare = frameOf(topologyOf(), { 'gpu.power': [500] });
  expect(feedLossVerdict(bare, computePower(bare))).toBeNull();
});
