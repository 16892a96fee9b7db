import { lostOrUnsupported, rackCells, type SignalColumns, type SignalParts } from './cell-columns.ts';
import { CELL_NODATA, CELL_UNSUPPORTED, cellOfRatio } from './cells.ts';
import { type Column, type Frame, STALE } from './frame.ts';
import { membersOf } from './members.ts';
import { median } from './quantile.ts';
import { type SignalId, signalOf } from './signals/catalogue.ts';
import { GPU, NODE } from './topology.ts';

/**
 * Bytes of any signal of the catalogue for every GPU and rack. A GPU shows its own value, or that of its node, of its
 * node's links (the highest) or of its rack's feeds (their sum). A share is drawn from 0 to 1; anything else from 0 to
 * a round number above the fleet's highest value now, which `full` tells. Racks show the median of their GPUs, the
 * highest where the signal's worst is what matters.
 */
export function catalogueColumns(id: SignalId, parts: SignalParts): SignalColumns {
  const { topology } = parts.frame;
  const { start } = topology;
  const { raw, lost } = gpuValues(id, parts.frame);
  const { unit, aggregation } = signalOf(id);
  const full = unit === 'ratio' ? 1 : roundAbove(raw);
  const cells = new Uint8Array(raw.length);
  for (let gpu = 0; gpu < raw.length; gpu++) {
    if (parts.power.live[gpu] !== 1) cells[gpu] = CELL_NODATA;
    else cells[gpu] = Number.isNaN(raw[gpu]) ? lost(gpu) : cellOfRatio(Math.min(1, Math.max(0, raw[gpu] / full)));
  }
  const members = membersOf(topology);
  const shares = raw.map((value, gpu) => (cells[gpu] >= CELL_UNSUPPORTED ? Number.NaN : value / full));
  const value = new Float32Array(start[NODE]);
  for (let place = 0; place < value.length; place++) {
    const [from, to] = [members.gpus.from[place] - start[GPU], members.gpus.to[place] - start[GPU]];
    value[place] = aggregation === 'max' || aggregation === 'worst' ? most(shares, from, to) : median(shares, from, to);
  }
  return { value, rackCells: rackCells(id, parts.frame, members, value, cells), cells, raw, full };
}

interface GpuValues {
  /** By GPU (index: place − start[GPU]); NaN where there is none. */
  readonly raw: Float32Array;
  /** The byte of a live GPU that has none. */
  lost(gpu: number): number;
}

function gpuValues(id: SignalId, { topology, columns }: Frame): GpuValues {
  const { start, parent, linkNode, feedRack } = topology;
  const column = columns.get(id);
  const count = start[GPU + 1] - start[GPU];
  const { kind } = signalOf(id);
  if (!column || kind === 'server' || kind === 'place' || kind === 'work') {
    return { raw: new Float32Array(count).fill(Number.NaN), lost: () => CELL_UNSUPPORTED };
  }
  if (kind === 'gpu') {
    const raw = column.value.slice(start[GPU], start[GPU + 1]);
    return { raw, lost: (gpu) => lostOrUnsupported(column, start[GPU] + gpu) };
  }
  const { rackOfGpu } = membersOf(topology);
  const owner = kind === 'feed' ? (gpu: number) => rackOfGpu[gpu] : (gpu: number) => parent[start[GPU] + gpu];
  const held =
    kind === 'node' ? byNode(column) : byOwner(column, kind === 'feed' ? feedRack : linkNode, kind === 'feed');
  const raw = Float32Array.from({ length: count }, (_, gpu) => held.value(owner(gpu)));
  return { raw, lost: (gpu) => (held.lost(owner(gpu)) ? CELL_NODATA : CELL_UNSUPPORTED) };
}

const byNode = (column: Column) => ({
  value: (node: number) => column.value[node],
  lost: (node: number) => column.quality[node] === STALE,
});

/** Links of a node or feeds of a rack as one value: summed where all report (a missing feed is no smaller sum), else the highest. */
function byOwner({ value, quality }: Column, owners: Int32Array, sums: boolean) {
  const found = new Map<number, { value: number; lost: boolean }>();
  owners.forEach((owner, at) => {
    const before = found.get(owner);
    const lost = quality[at] === STALE || before?.lost === true;
    if (!before) found.set(owner, { value: value[at], lost });
    else if (sums) found.set(owner, { value: before.value + value[at], lost });
    else if (!(value[at] <= before.value) && !Number.isNaN(value[at])) found.set(owner, { value: value[at], lost });
    else found.set(owner, { value: before.value, lost });
  });
  return {
    value: (owner: number) => found.get(owner)?.value ?? Number.NaN,
    lost: (owner: number) => found.get(owner)?.lost ?? false,
  };
}

function most(values: Float32Array, from: number, to: number): number {
  let highest = Number.NaN;
  for (let i = from; i < to; i++) if (!Number.isNaN(values[i]) && !(values[i] <= highest)) highest = values[i];
  return highest;
}

/** 1, 2 or 5 times a power of ten, at or above every value; 1 where there is none above 0. */
function roundAbove(values: Float32Array): number {
  const highest = most(values, 0, values.length);
  if (!(highest > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(highest));
  return power * ([1, 2, 5, 10].find((step) => highest <= step * power * (1 + 1e-6)) ?? 10);
}
