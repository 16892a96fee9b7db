import { LinkMemory } from '../fabric/flaps.ts';
import type { Frame } from '../frame.ts';
import { computePower } from '../power.ts';
import { GPU, NODE } from '../topology.ts';
import type { Constants } from './condition.ts';
import { AlertMemory } from './memory.ts';
import { AlertObjects, type AlertSource } from './objects.ts';
import { siteFeedsOf } from './place-quantities.ts';
import type { AlertScene } from './scene.ts';

export const SETTINGS: Constants = { warn_ratio: 0.9, crit_ratio: 0.97 };

/** What a test keeps from scene to scene. */
export interface Kept {
  readonly memory: AlertMemory;
  readonly links: LinkMemory;
}
export const keptOf = (pollMs = 5000): Kept => ({ memory: new AlertMemory(3 * pollMs), links: new LinkMemory() });

/** A frame as rules see it at its own time; what is kept takes it in as the engine does once a poll. */
export function sceneOf(
  frame: Frame,
  kept: Kept = keptOf(),
  more: Partial<Pick<AlertScene, 'slope' | 'capMin' | 'sources' | 'complete' | 'failedPasses' | 'leaves'>> & {
    readonly rules?: readonly string[];
  } = {},
): AlertScene {
  const { topology, time: now } = frame;
  const none = () => new Float32Array(topology.start[NODE]).fill(Number.NaN);
  const { rules = [], sources = [] as readonly AlertSource[], leaves = [], ...given } = more;
  const cache = new Map<string, unknown>();
  kept.links.update(frame, now);
  kept.memory.update(frame, now);
  const heard = frame.columns.get('gpu.power')?.time.slice(topology.start[GPU]);
  return {
    ...{
      now,
      frame,
      leaves,
      power: computePower(frame),
      slope: none(),
      capMin: none(),
      sources,
      cache,
      complete: true,
    },
    ...{ heardAt: heard ?? new Float64Array(topology.start[GPU + 1] - topology.start[GPU]).fill(Number.NaN) },
    ...{ links: kept.links, memory: kept.memory, constants: SETTINGS, failedPasses: rules.map(() => 0) },
    objects: new AlertObjects(topology, siteFeedsOf({ frame, cache }), sources, rules, leaves),
    ...given,
  };
}
