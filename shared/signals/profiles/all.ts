import type { Profile } from '../profile.ts';
import { dcgmProfile } from './dcgm.ts';
import { nodeProfile } from './node-exporter.ts';
import { raritanProfile } from './raritan.ts';

/** Every exporter that is known, in order of preference where two report the same signal of one object. */
export const profiles: readonly Profile[] = [dcgmProfile, nodeProfile, raritanProfile];
