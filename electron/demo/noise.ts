/**
 * Seeded noise: every number of the demo fleet is a function of (seed, object, time), so that a run can be repeated.
 */

/** Mixes two integers into 32 well-spread bits (the finaliser of MurmurHash3 over a combined key). */
export function hash32(seed: number, key: number): number {
  let h = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(key + 0x165667b1, 0xc2b2ae35);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** A fixed number in [0, 1) for a key. */
export function unit(seed: number, key: number): number {
  return hash32(seed, key) / 4_294_967_296;
}

/** A fixed, roughly normal number for a key: mean 0, standard deviation 1, within ±3.5. */
export function normal(seed: number, key: number): number {
  let sum = 0;
  for (let i = 0; i < 4; i++) sum += unit(seed + i * 7919, key);
  // The variance of a sum of 4 uniforms is 4/12.
  return (sum - 2) / Math.sqrt(4 / 12);
}

/**
 * Noise in [−1, 1] that changes smoothly: fixed values at multiples of `periodS`, joined by smooth steps.
 * `seconds` may be any number, also negative.
 */
export function smooth(seed: number, key: number, seconds: number, periodS: number): number {
  const at = seconds / periodS;
  const knot = Math.floor(at);
  const part = at - knot;
  const from = unit(seed + knot, key);
  const to = unit(seed + knot + 1, key);
  return (from + (to - from) * part * part * (3 - 2 * part)) * 2 - 1;
}
