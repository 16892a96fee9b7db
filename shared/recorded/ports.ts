import type { Frame } from '../frame.ts';
import type { SignalId } from '../signals/catalogue.ts';
import { NODE, RACK } from '../topology.ts';

/** Whether a port is of a rack whose ports are recorded together: it is counted there already. */
export function portsRecorded({ topology, columns }: Frame): (link: number) => boolean {
  const links = columns.get('place.links')?.value;
  if (!links) return () => false;
  const { linkNode, parent } = topology;
  return (link) => linkNode[link] >= 0 && !Number.isNaN(links[parent[linkNode[link]]]);
}

/** Adds what is recorded of all racks; NaN where there was nothing and nothing is recorded. */
export function recordedSum({ topology: { start }, columns }: Frame, id: SignalId, others: number): number {
  const value = columns.get(id)?.value;
  let sum = others;
  for (let rack = start[RACK]; value && rack < start[NODE]; rack++) {
    if (!Number.isNaN(value[rack])) sum = (Number.isNaN(sum) ? 0 : sum) + value[rack];
  }
  return sum;
}

/** The fullest port of each recorded rack, in the rack and the places above it. */
export function addRecordedUse({ topology, columns }: Frame, worst: Float32Array, time: Float64Array): void {
  const recorded = columns.get('place.linkUse');
  if (!recorded) return;
  const { start, parent } = topology;
  for (let rack = start[RACK]; rack < start[NODE]; rack++) {
    const use = recorded.value[rack];
    if (Number.isNaN(use)) continue;
    for (let place = rack; place >= 0; place = parent[place]) {
      if (!(use <= worst[place])) worst[place] = use;
      if (!(recorded.time[rack] >= time[place])) time[place] = recorded.time[rack];
    }
  }
}
