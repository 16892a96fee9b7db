import { expect, test } from 'vitest';
import { profiles } from './signals/profiles/all.ts';
import { Slots } from './slots.ts';

test('slots of a kind of object are found once: 100,000 forgotten boards ask for them two million times', () => {
  const slots = new Slots(profiles);
  const ofLinks = slots.ofObject('nvlink');
  expect(ofLinks.map(({ mapping }) => mapping.signal)).toContain('nvlink.tx');
  expect(slots.all.filter(({ object }) => object === 'nvlink')).toEqual(ofLinks);
  expect(slots.ofObject('nvlink')).toBe(ofLinks);
});
