import { type Column, DERIVED, STALE, UNSUPPORTED } from './frame.ts';
import { NVLINKS } from './nvlinks.ts';
import type { SignalId } from './signals/catalogue.ts';
import { GPU, type Topology } from './topology.ts';

/** What a GPU's links make together, where its exporter tells only of each. */
const SUMS: readonly (readonly [SignalId, readonly SignalId[]])[] = [
  ['gpu.nvlinkTx', ['nvlink.tx']],
  ['gpu.nvlinkRx', ['nvlink.rx']],
  ['gpu.nvlink', ['nvlink.both']],
  ['gpu.nvlinkErrors', ['nvlink.rxErrors', 'nvlink.crcFlit', 'nvlink.crcData', 'nvlink.replays']],
];

/** Fills in what nobody tells now of all links of a GPU together. A live total of the exporter's own stays as it is. */
export function sumNvlinks(
  columns: ReadonlyMap<SignalId, Column>,
  topology: Topology,
  columnOf: (signal: SignalId) => Column,
): void {
  const { start } = topology;
  for (const [total, parts] of SUMS) {
    const told = parts.flatMap((part) => columns.get(part) ?? []);
    if (told.length === 0) continue;
    const sum = columnOf(total);
    for (let gpu = start[GPU]; gpu < start[GPU + 1]; gpu++)
      if (sum.quality[gpu] === UNSUPPORTED || sum.quality[gpu] === STALE)
        addLinks(told, (gpu - start[GPU]) * NVLINKS, sum, gpu);
  }
}

/** One GPU's links: as old as the oldest of them, and stale where one is. */
function addLinks(told: readonly Column[], first: number, sum: Column, gpu: number): void {
  let [value, time, stale] = [Number.NaN, Number.NaN, false];
  for (const column of told) {
    for (let at = first; at < first + NVLINKS; at++) {
      if (column.quality[at] === UNSUPPORTED) continue;
      if (column.quality[at] === STALE) stale = true;
      else value = (Number.isNaN(value) ? 0 : value) + column.value[at];
      if (!(column.time[at] >= time)) time = column.time[at];
    }
  }
  if (Number.isNaN(time) || (stale && time <= sum.time[gpu])) return;
  sum.time[gpu] = time;
  sum.quality[gpu] = stale ? STALE : DERIVED;
  if (!stale) sum.value[gpu] = value;
}
