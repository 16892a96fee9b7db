import { ASSUMED, type Column, DERIVED, type Frame, MEASURED, STALE } from './frame.ts';
import { type Members, membersOf } from './members.ts';
import { recordedAt } from './recorded/columns.ts';
import { hardwareOf } from './signals/hardware.ts';
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
  /** QUALITY index: measured (all metered), derived (from boards), assumed (something silent is counted), stale. */
  readonly quality: Uint8Array;
  /** Oldest counted sample, epoch ms; NaN: none. */
  readonly time: Float64Array;
  /** 1 where something silent is counted at nameplate or at its last reading. */
  readonly atLeast: Uint8Array;
  /** Watts of the draw that nobody reports: what is silent, at nameplate or as its last reading left it. */
  readonly countedW: Float32Array;
  /** METERED, ESTIMATED, MIXED or POWER_NONE. */
  readonly source: Uint8Array;
  readonly gpuCount: Uint32Array;
  readonly gpuLive: Uint32Array;
  /** 1 for each GPU place (index: place − start[GPU]) of which something was heard within the stale limit. */
  readonly live: Uint8Array;
  /** Which rung of the ladder a rack stands on: index in RUNGS (index: place; 0 above racks). */
  readonly rung: Uint8Array;
  /** Feeds of a rack that report, and that ever did or should; nodes of it whose BMC reports (index: place). */
  readonly feedsFresh: Uint16Array;
  readonly feedsExpected: Uint16Array;
  readonly bmcNodes: Uint16Array;
  /** What a rack's draw is shared by: Σ board power of its GPUs, silent ones at nameplate; NaN: no board reports. */
  readonly shareW: Float32Array;
}

/**
 * The power ladder of a rack, best first: all its feeds; its nodes' own meters; its boards × what nodes of the model
 * are measured to draw for each watt of their boards; its boards alone, which are a part of the draw; the highest of
 * what is left while a meter is silent.
 */
export const RUNGS = ['none', 'feeds', 'bmc', 'ratio', 'boards', 'partly'] as const;
export const [NO_RUNG, FEEDS, BMC, RATIO, BOARDS, PARTLY] = RUNGS.keys() as unknown as number[];

/** Measured watts of a rack for each watt of its boards, by model (ratios of `measureRatios`). */
export type NodeRatios = ReadonlyMap<string, number>;
const NO_RATIOS: NodeRatios = new Map();

/** Limits are filled in from the hardware table, also for silent GPUs: they are no sign of life. */
export const SIGNS_OF_LIFE = ['gpu.power', 'gpu.util', 'gpu.temp', 'gpu.clock', 'gpu.memUsed'] as const;

/** A rack can't draw less than its boards: a meter that says so does not see all feeds. Covers samples' skew. */
const LEAST_OF_BOARDS = 0.9;

/** Watts and provenance of one rack before its parents are made. */
interface Reading {
  readonly watts: number;
  readonly time: number;
  /** Something silent was counted. */
  readonly assumed: boolean;
  /** Some of it was heard within the stale limit, or at least once before. */
  readonly live: boolean;
  readonly seen: boolean;
  readonly boardsW: number;
  /** Watts of those that stand for something silent. */
  readonly countedW: number;
  readonly rung: number;
  /** What nodes or boards themselves report: a meter that shows less does not see all. */
  readonly leastW: number;
  readonly bmcNodes: number;
}

/**
 * Draw of every place by the ladder.
 *
 * A rack: all its feeds fresh → their sum, measured. Else its nodes (their own power, or their boards), silent GPUs and
 * nodes at nameplate: derived, or assumed where something silent is counted. Where feeds are known but not all fresh,
 * the largest of that estimate, the fresh feeds and the rack's last full reading, assumed: a part is no measurement.
 *
 * A place above: the sum of its children, silent ones at nameplate (else at their budget) and marked assumed, so that
 * a missing child never makes headroom look larger. With all children silent it has no data.
 *
 * In a site of which a source tells only a part everything but a rack with all of its feeds is a lower bound: what else
 * is there nobody says.
 *
 * @param lastMeteredW last full reading of metered racks by path; may be empty
 * @param ratios measured node ratios by model; where a model has none its boards stand for the rack, as a lower bound
 */
export function computePower(
  frame: Frame,
  lastMeteredW: ReadonlyMap<string, number> = new Map(),
  ratios: NodeRatios = NO_RATIOS,
): PowerColumns {
  const { topology } = frame;
  const { start, path } = topology;
  const count = start[NODE];
  const power: PowerColumns = {
    drawW: new Float32Array(count).fill(Number.NaN),
    quality: new Uint8Array(count),
    time: new Float64Array(count).fill(Number.NaN),
    atLeast: new Uint8Array(count),
    countedW: new Float32Array(count),
    source: new Uint8Array(count),
    gpuCount: new Uint32Array(count),
    gpuLive: new Uint32Array(count),
    live: livingGpus(frame),
    shareW: new Float32Array(count).fill(Number.NaN),
    rung: new Uint8Array(count),
    feedsFresh: new Uint16Array(count),
    feedsExpected: new Uint16Array(count),
    bmcNodes: new Uint16Array(count),
  };
  const members = membersOf(topology);
  countGpus(power, members, frame);
  const feeds = feedsOf(frame);
  for (let rack = start[RACK]; rack < start[NODE]; rack++) {
    const recorded = readRecorded(frame, members, rack, ratios, power.gpuCount[rack]);
    const estimate = recorded ?? estimateRack(frame, members, rack, ratios);
    if (estimate.boardsW > 0) power.shareW[rack] = estimate.boardsW;
    drawRack(rack, estimate, feeds[rack - start[RACK]], lastMeteredW.get(path[rack]) ?? Number.NaN, power);
    if (power.source[rack] === ESTIMATED && isInPart(frame, rack)) power.atLeast[rack] = 1;
  }
  for (let place = start[RACK] - 1; place >= 0; place--) drawParent(place, frame, members, power);
  return power;
}

/** Whether a place is in a site of which only a part is told. */
function isInPart({ topology: { parent }, sitesInPart }: Frame, place: number): boolean {
  if (!sitesInPart?.size) return false;
  let site = place;
  while (parent[site] >= 0) site = parent[site];
  return sitesInPart.has(site);
}

function livingGpus({ topology, columns }: Frame): Uint8Array {
  const first = topology.start[GPU];
  const live = new Uint8Array(topology.start[GPU + 1] - first);
  for (const id of SIGNS_OF_LIFE) {
    const value = columns.get(id)?.value;
    for (let i = 0; value && i < live.length; i++) if (!Number.isNaN(value[first + i])) live[i] = 1;
  }
  return live;
}

/** GPUs by rack: those of which something was heard, or as many as are recorded; places above add theirs up. */
function countGpus({ gpuCount, gpuLive, live }: PowerColumns, { gpus }: Members, frame: Frame): void {
  const { start, parent } = frame.topology;
  for (let place = start[NODE] - 1; place >= 0; place--) {
    if (place >= start[RACK]) {
      const [counted, known] = [recordedAt(frame, 'place.gpus', place), recordedAt(frame, 'place.gpusKnown', place)];
      gpuCount[place] = Math.max(gpus.to[place] - gpus.from[place], known || 0);
      if (!Number.isNaN(counted)) gpuLive[place] = counted;
      else for (let gpu = gpus.from[place]; gpu < gpus.to[place]; gpu++) gpuLive[place] += live[gpu - start[GPU]];
    }
    if (parent[place] < 0) continue;
    gpuCount[parent[place]] += gpuCount[place];
    gpuLive[parent[place]] += gpuLive[place];
  }
}

interface Feeds {
  expected: number;
  /** Of the expected, those that ever reported. Where none did the rack is not metered. */
  heard: number;
  fresh: number;
  watts: number;
  time: number;
}

/** What each rack's meters say (index: rack − start[RACK]); of feeds that never gave power those that should count. */
function feedsOf({ topology, columns }: Frame): readonly Feeds[] {
  const { start, feedRack, feedHole } = topology;
  const column = columns.get('feed.power');
  const none = () => ({ expected: 0, heard: 0, fresh: 0, watts: 0, time: Number.POSITIVE_INFINITY });
  const feeds: Feeds[] = Array.from({ length: start[NODE] - start[RACK] }, none);
  for (let feed = 0; column && feed < feedRack.length; feed++) {
    const of = feeds[feedRack[feed] - start[RACK]];
    if (!of || (column.quality[feed] === 0 && feedHole[feed] === 0)) continue;
    of.expected++;
    if (column.quality[feed] === 0) continue;
    of.heard++;
    if (Number.isNaN(column.value[feed])) continue;
    of.fresh++;
    of.watts += column.value[feed];
    of.time = Math.min(of.time, column.time[feed]);
  }
  return feeds;
}

/** A rack by what is recorded of it, on the rungs of its nodes and boards; undefined where nothing is. */
function readRecorded(
  frame: Frame,
  { children }: Members,
  rack: number,
  ratios: NodeRatios,
  gpuCount: number,
): Reading | undefined {
  const { topology, columns } = frame;
  const [heardW, heard] = [recordedAt(frame, 'place.gpuPower', rack), recordedAt(frame, 'place.gpus', rack)];
  const time = columns.get('place.gpus')?.time[rack] ?? Number.NaN;
  const [nodesW, metered] = [
    recordedAt(frame, 'place.nodePower', rack),
    recordedAt(frame, 'place.nodesMetered', rack) || 0,
  ];
  if (Number.isNaN(heardW) && Number.isNaN(nodesW)) return undefined;
  const ratio = ratios.get(topology.model[rack]) ?? Number.NaN;
  const times = Number.isNaN(ratio) ? 1 : ratio;
  // A board that is heard and does not tell its power is in no sum. Rules of before do not count them apart.
  const told = recordedAt(frame, 'place.metered', rack);
  const powered = Number.isNaN(told) ? heard : told;
  const silent = Number.isNaN(heardW) ? 0 : Math.max(0, gpuCount - powered);
  const plateW = hardwareOf(topology.model[rack])?.nodeWPerGpu ?? (heardW / powered) * times;
  const silentW = silent > 0 ? silent * plateW : 0;
  const boards = { time, live: true, seen: true, boardsW: heardW + silentW / times, countedW: silentW, leastW: heardW };
  const estimateW = heardW * times + silentW;
  const nodes = children.to[rack] - children.from[rack];
  if (Number.isNaN(nodesW))
    return { ...boards, watts: estimateW, assumed: silent > 0, rung: times === 1 ? BOARDS : RATIO, bmcNodes: 0 };
  // Which nodes have no meter is not recorded: where some have none, the rack draws what its boards tell, or more.
  const partly = metered < nodes;
  const watts = partly && !Number.isNaN(estimateW) ? Math.max(nodesW, estimateW) : nodesW;
  const countedW = partly ? Math.min(silentW, watts - nodesW) : 0;
  return { ...boards, watts, countedW, assumed: partly, rung: BMC, leastW: watts, bmcNodes: metered };
}

/** A rack by its nodes: a node's own power, else its boards × ratio; silent GPUs and nodes at nameplate. */
function estimateRack(
  { topology, columns }: Frame,
  { children, gpus }: Members,
  rack: number,
  ratios: NodeRatios,
): Reading {
  const boards = columns.get('gpu.power');
  const nodes = columns.get('node.power');
  const ratio = ratios.get(topology.model[rack]) ?? Number.NaN;
  let reading: Reading = readBoards(topology, boards, gpus.from[rack], gpus.to[rack], ratio);
  if (!nodes || !someNodeReports(nodes, children.from[rack], children.to[rack])) return reading;
  const { boardsW } = reading;
  let [watts, countedW, time, assumed, bmcNodes] = [0, 0, Number.POSITIVE_INFINITY, false, 0];
  for (let node = children.from[rack]; node < children.to[rack]; node++) {
    if (!Number.isNaN(nodes.value[node])) {
      watts += nodes.value[node];
      bmcNodes++;
      time = Math.min(time, nodes.time[node]);
      continue;
    }
    reading = readBoards(topology, boards, gpus.from[node], gpus.to[node], ratio);
    // What stands for a node without a meter of its own is said to be no measurement.
    assumed = true;
    const nodeW = reading.live ? reading.watts : orZero(topology.nameplateW[node]);
    watts += nodeW;
    countedW += reading.live ? reading.countedW : nodeW;
    if (reading.live) time = Math.min(time, reading.time);
  }
  return { watts, countedW, time, assumed, live: true, seen: true, boardsW, rung: BMC, leastW: watts, bmcNodes };
}

function someNodeReports({ value }: Column, from: number, to: number): boolean {
  for (let node = from; node < to; node++) if (!Number.isNaN(value[node])) return true;
  return false;
}

/** Boards of a run of GPUs; silent ones at nameplate, or as the largest of the others where that is not known. */
function readBoards(
  { nameplateW }: Topology,
  column: Column | undefined,
  from: number,
  to: number,
  ratio: number,
): Reading {
  let [watts, silent, fresh, largest, seen] = [0, 0, 0, 0, false];
  let time = Number.POSITIVE_INFINITY;
  for (let gpu = from; gpu < to; gpu++) {
    const value = column?.value[gpu] ?? Number.NaN;
    if (Number.isNaN(value)) {
      silent++;
      seen ||= column?.quality[gpu] === STALE;
      continue;
    }
    fresh++;
    watts += value;
    if (value > largest) largest = value;
    time = Math.min(time, column?.time[gpu] as number);
  }
  if (fresh === 0)
    return {
      ...{ watts: Number.NaN, time: Number.NaN, assumed: false, live: false, seen, boardsW: Number.NaN },
      ...{ countedW: 0, rung: NO_RUNG, leastW: Number.NaN, bmcNodes: 0 },
    };
  const measured = !Number.isNaN(ratio);
  const heardW = watts;
  if (measured) watts *= ratio;
  const knownW = watts;
  for (let gpu = from; silent > 0 && gpu < to; gpu++) {
    if (!Number.isNaN(column?.value[gpu] ?? Number.NaN)) continue;
    watts += Number.isNaN(nameplateW[gpu]) ? largest * (measured ? ratio : 1) : nameplateW[gpu];
  }
  const rung = measured ? RATIO : BOARDS;
  const boardsW = measured ? heardW + (watts - heardW * ratio) / ratio : watts;
  const countedW = watts - knownW;
  return {
    watts,
    countedW,
    time,
    assumed: silent > 0,
    live: true,
    seen: true,
    boardsW,
    rung,
    leastW: heardW,
    bmcNodes: 0,
  };
}

function drawRack(rack: number, estimate: Reading, feeds: Feeds, lastW: number, power: PowerColumns): void {
  power.feedsFresh[rack] = feeds.fresh;
  power.feedsExpected[rack] = feeds.expected;
  power.bmcNodes[rack] = estimate.bmcNodes;
  const metered = feeds.heard > 0 && feeds.fresh === feeds.expected;
  if (metered && !(feeds.watts < LEAST_OF_BOARDS * (estimate.assumed ? 0 : orZero(estimate.leastW)))) {
    write(power, rack, feeds.watts, MEASURED, METERED, feeds.time);
    power.rung[rack] = FEEDS;
    return;
  }
  if (!estimate.live && feeds.fresh === 0) {
    power.quality[rack] = estimate.seen || feeds.heard > 0 ? STALE : 0;
    return;
  }
  if (feeds.heard === 0) {
    write(power, rack, estimate.watts, estimate.assumed ? ASSUMED : DERIVED, ESTIMATED, estimate.time);
    power.rung[rack] = estimate.rung;
    power.countedW[rack] = estimate.countedW;
    // Boards alone are a part of the draw: what else there is, nobody says.
    power.atLeast[rack] = estimate.assumed || estimate.rung === BOARDS ? 1 : 0;
    return;
  }
  const watts = Math.max(orZero(estimate.watts), feeds.watts, orZero(lastW));
  write(power, rack, watts, ASSUMED, ESTIMATED, Math.min(feeds.time, estimate.live ? estimate.time : feeds.time));
  power.atLeast[rack] = 1;
  power.countedW[rack] = watts - Math.max(orZero(estimate.watts - estimate.countedW), feeds.watts);
  power.rung[rack] = PARTLY;
}

function write(power: PowerColumns, place: number, watts: number, quality: number, source: number, time: number): void {
  power.drawW[place] = watts;
  power.quality[place] = quality;
  power.source[place] = source;
  power.time[place] = time;
}

/** Sums the children of a site, hall or row; they stand after it, so going backwards they are done. */
function drawParent(place: number, frame: Frame, { children }: Members, power: PowerColumns): void {
  const { topology } = frame;
  let [watts, countedW, time, quality, source] = [0, 0, Number.POSITIVE_INFINITY, MEASURED, POWER_NONE];
  let [live, stale, atLeast] = [false, false, isInPart(frame, place)];
  for (let child = children.from[place]; child < children.to[place]; child++) {
    if (Number.isNaN(power.drawW[child])) {
      stale ||= power.quality[child] === STALE;
      const counted = silentW(child, topology, power);
      if (Number.isNaN(counted)) continue;
      watts += counted;
      countedW += counted;
      atLeast = true;
      continue;
    }
    live = true;
    watts += power.drawW[child];
    countedW += power.countedW[child];
    time = Math.min(time, power.time[child]);
    quality = Math.max(quality, power.quality[child]);
    source = source === POWER_NONE || source === power.source[child] ? power.source[child] : MIXED;
    atLeast ||= power.atLeast[child] === 1;
  }
  if (!live) {
    power.quality[place] = stale ? STALE : 0;
    return;
  }
  write(power, place, watts, atLeast ? ASSUMED : quality, source, time);
  power.atLeast[place] = atLeast ? 1 : 0;
  power.countedW[place] = countedW;
}

/** What a silent place is counted at; NaN where nothing is expected of it (no GPUs, no budget, never heard). */
export function silentW(place: number, { nameplateW, budgetW }: Topology, power: PowerColumns): number {
  if (!Number.isNaN(nameplateW[place])) return nameplateW[place];
  if (!Number.isNaN(budgetW[place])) return budgetW[place];
  return power.quality[place] === STALE || power.gpuCount[place] > 0 ? 0 : Number.NaN;
}

const orZero = (watts: number) => (Number.isNaN(watts) ? 0 : watts);
