import type { Labels } from './labels.ts';
import { GPU, type Topology } from './topology.ts';

/** NVLinks that a GPU has at most (DCGM_NVLINK_MAX_LINKS_PER_GPU): link l of board b is object b × NVLINKS + l. */
export const NVLINKS = 18;

/** A field of one link carries its number in its name, unless a label does: …_BANDWIDTH_L3, …_NVLINK_L3_TX_BYTES. */
const IN_NAME = /_L(\d{1,2})(?:_|$)/;

const NUMBER = /^\d{1,2}$/;

/** Which NVLink of its GPU a series is of; −1: of all of them. */
export function nvlinkOf(labels: Labels, name: string): number {
  const told = labels.get('nvlink') || (IN_NAME.exec(name)?.[1] ?? '');
  const link = NUMBER.test(told) ? Number(told) : -1;
  return link < NVLINKS ? link : -1;
}

/** How many NVLinks the columns of a topology have room for. */
export const nvlinkCount = ({ start }: Topology) => (start[GPU + 1] - start[GPU]) * NVLINKS;

/** Where the NVLinks of the fleet's boards are in a topology's columns; −1: the board is not placed. */
export function placesOfNvlinks({ start }: Topology, placeOfGpu: Int32Array): Int32Array {
  const places = new Int32Array(placeOfGpu.length * NVLINKS).fill(-1);
  placeOfGpu.forEach((place, gpu) => {
    for (let link = 0; place >= 0 && link < NVLINKS; link++)
      places[gpu * NVLINKS + link] = (place - start[GPU]) * NVLINKS + link;
  });
  return places;
}
