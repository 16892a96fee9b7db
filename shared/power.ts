import { ASSUMED, type Column, DERIVED, type Frame, MEASURED } from './frame.ts';
import { GPU, NODE, RACK, type Topology } from './topology.ts';

/** How the draw of a place is known. */
export const POWER_NONE = 0;
export const METERED = 1;
export const ESTIMATED = 2;
export const MIXED = 3;

/** Power of every place from sites to racks (index: place). */
export interface PowerColumns {
  /** Watts; NaN is no data. */
  readonly drawW: Float32Array;
  readonly quality: Uint8Array;
  /** Oldest counted sample. */
  readonly time: Float64Array;
  /** 1 where a silent child is counted at nameplate, or boards stand for a rack: the true draw may differ. */
  readonly atLeast: Uint8Array;
  /** METERED, ESTIMATED, MIXED or POWER_NONE. */
  readonly source: Uint8Array;
  readonly gpuCount: Uint32Array;
  readonly gpuLive: Uint32Array;
  /** 1 for each GPU place (index: place − start[GPU]) of which something was heard within the stale limit. */
  readonly live: Uint8Array;
  /** Σ board power of a rack's live GPUs (index: place); NaN where none is known. */
  readonly boardsW: Float32Array;
}

const SIGNS_OF_LIFE = ['gpu.power', 'gpu.util', 'gpu.temp', 'gpu.clock'] as const;

/**
 * Draw by the ladder: all feeds of a rack fresh → their sum; else its boards, with silent GPUs counted at nameplate,
 * and never below what the fresh feeds show. A parent is the sum of its children, silent ones at nameplate (else at
 * their budget), so that a missing child never makes headroom look larger; with all children silent it has no data.
 */
export function computePower(frame: Frame): PowerColumns {
  const { topology } = frame;
  const { start } = topology;
  const count = start[NODE];
  const columns: PowerColumns = {
    drawW: new Float32Array(count).fill(Number.NaN),
    quality: new Uint8Array(count),
    time: new Float64Array(count).fill(Number.NaN),
    atLeast: new Uint8Array(count),
    source: new Uint8Array(count),
    gpuCount: new Uint32Array(count),
    gpuLive: new Uint32Array(count),
    live: new Uint8Array(start[GPU + 1] - start[GPU]),
    boardsW: new Float32Array(count).fill(Number.NaN),
  };
  const boards = sumBoards(frame, columns);
  const feeds = sumFeeds(topology, frame.columns.get('feed.power'));
  for (let rack = start[RACK]; rack < start[NODE]; rack++) drawRack(rack, boards, feeds, columns);
  for (let place = start[NODE] - 1; place >= start[1]; place--) addToParent(place, topology, columns);
  finishParents(topology, columns);
  return columns;
}

interface Boards {
  readonly drawW: Float64Array;
  readonly time: Float64Array;
  readonly silent: Uint32Array;
  readonly seen: Uint32Array;
}

function sumBoards({ topology, columns }: Frame, power: PowerColumns): Boards {
  const { start, parent, nameplateW } = topology;
  const watts = columns.get('gpu.power');
  const signs = SIGNS_OF_LIFE.flatMap((id) => columns.get(id) ?? []);
  const boards = {
    drawW: new Float64Array(start[NODE]),
    time: new Float64Array(start[NODE]).fill(Number.NaN),
    silent: new Uint32Array(start[NODE]),
    seen: new Uint32Array(start[NODE]),
  };
  for (let gpu = start[GPU]; gpu < start[GPU + 1]; gpu++) {
    const rack = parent[parent[gpu]];
    const live = signs.some((column) => !Number.isNaN(column.value[gpu]));
    power.live[gpu - start[GPU]] = live ? 1 : 0;
    for (let place = rack; place >= 0; place = parent[place]) {
      power.gpuCount[place]++;
      if (live) power.gpuLive[place]++;
    }
    const value = watts?.value[gpu] ?? Number.NaN;
    if (Number.isNaN(value)) {
      boards.silent[rack]++;
      boards.drawW[rack] += Number.isNaN(nameplateW[gpu]) ? 0 : nameplateW[gpu];
      continue;
    }
    boards.seen[rack]++;
    boards.drawW[rack] += value;
    power.boardsW[rack] = (Number.isNaN(power.boardsW[rack]) ? 0 : power.boardsW[rack]) + value;
    const time = watts?.time[gpu] as number;
    if (!(time >= boards.time[rack])) boards.time[rack] = time;
  }
  return boards;
}

interface Feeds {
  readonly drawW: Float64Array;
  readonly time: Float64Array;
  readonly expected: Uint16Array;
  readonly fresh: Uint16Array;
}

function sumFeeds({ start, feedRack }: Topology, column: Column | undefined): Feeds {
  const feeds = {
    drawW: new Float64Array(start[NODE]),
    time: new Float64Array(start[NODE]).fill(Number.NaN),
    expected: new Uint16Array(start[NODE]),
    fresh: new Uint16Array(start[NODE]),
  };
  for (let feed = 0; feed < feedRack.length; feed++) {
    const rack = feedRack[feed];
    if (rack < 0) continue;
    feeds.expected[rack]++;
    const value = column?.value[feed] ?? Number.NaN;
    if (Number.isNaN(value)) continue;
    feeds.fresh[rack]++;
    feeds.drawW[rack] += value;
    const time = column?.time[feed] as number;
    if (!(time >= feeds.time[rack])) feeds.time[rack] = time;
  }
  return feeds;
}

function drawRack(rack: number, boards: Boards, feeds: Feeds, power: PowerColumns): void {
  if (feeds.expected[rack] > 0 && feeds.fresh[rack] === feeds.expected[rack]) {
    power.drawW[rack] = feeds.drawW[rack];
    power.time[rack] = feeds.time[rack];
    power.quality[rack] = MEASURED;
    power.source[rack] = METERED;
    return;
  }
  if (boards.seen[rack] === 0 && feeds.fresh[rack] === 0) return;
  const partial = feeds.fresh[rack] > 0 && feeds.drawW[rack] > boards.drawW[rack];
  power.drawW[rack] = partial ? feeds.drawW[rack] : boards.drawW[rack];
  power.time[rack] = partial || boards.seen[rack] === 0 ? feeds.time[rack] : boards.time[rack];
  power.quality[rack] = boards.silent[rack] > 0 || feeds.expected[rack] > 0 ? ASSUMED : DERIVED;
  power.source[rack] = ESTIMATED;
  power.atLeast[rack] = 1;
}

/** Children come before their parents here, so a place is final when it is added to the one above. */
function addToParent(place: number, { parent }: Topology, power: PowerColumns): void {
  const above = parent[place];
  const value = power.drawW[place];
  if (Number.isNaN(value)) return;
  power.drawW[above] = (Number.isNaN(power.drawW[above]) ? 0 : power.drawW[above]) + value;
  if (!(power.time[place] >= power.time[above])) power.time[above] = power.time[place];
  power.atLeast[above] |= power.atLeast[place];
  power.quality[above] = Math.max(
    power.quality[above],
    power.quality[place] === MEASURED ? DERIVED : power.quality[place],
  );
  power.source[above] =
    power.source[above] === POWER_NONE || power.source[above] === power.source[place] ? power.source[place] : MIXED;
}

/** Adds silent children at nameplate, from the racks' parents upward, wherever a sibling is heard. */
function finishParents({ start, parent, nameplateW, budgetW }: Topology, power: PowerColumns): void {
  const added = new Float64Array(power.drawW.length);
  for (let place = start[NODE] - 1; place >= start[1]; place--) {
    const above = parent[place];
    if (Number.isNaN(power.drawW[above])) continue;
    added[above] += added[place];
    if (!Number.isNaN(power.drawW[place])) continue;
    const counted = Number.isNaN(nameplateW[place]) ? budgetW[place] : nameplateW[place];
    if (!Number.isNaN(counted)) added[above] += counted;
    power.atLeast[above] = 1;
    power.quality[above] = ASSUMED;
  }
  for (let place = 0; place < added.length; place++) {
    if (added[place] === 0 || Number.isNaN(power.drawW[place])) continue;
    power.drawW[place] += added[place];
  }
  for (let place = start[NODE] - 1; place >= start[1]; place--)
    if (power.atLeast[place]) power.atLeast[parent[place]] = 1;
}
