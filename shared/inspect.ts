import type { Inspection } from './contract.ts';
import type { FabricColumns } from './fabric.ts';
import {
  formatClock,
  formatCount,
  formatCountPair,
  formatLink,
  formatNvlink,
  formatOutlook,
  formatPercent,
  formatPower,
  formatPowerPair,
  formatTemp,
  formatTempPair,
  formatWatts,
  MISSING,
} from './format.ts';
import { type Frame, QUALITY } from './frame.ts';
import { placesOfLevel } from './history/objects.ts';
import { levelOf, membersOf } from './members.ts';
import { formatMissing } from './missing.ts';
import type { PowerColumns } from './power.ts';
import { recordedAt, recordedRacks } from './recorded/columns.ts';
import type { SignalId } from './signals/catalogue.ts';
import { reasonsOf, SW_POWER_CAP } from './throttle.ts';
import { GPU, NODE, RACK } from './topology.ts';

/** What the facts of a place are told from. */
export interface InspectParts {
  readonly frame: Frame;
  readonly power: PowerColumns;
  readonly fabric: FabricColumns;
  readonly slope: Float32Array;
  readonly capMin: Float32Array;
}

type Fact = Inspection['facts'][number];

const orNull = (value: number | undefined) => (value === undefined || Number.isNaN(value) ? null : value);

/** What is known of one place, formatted, each fact with its quality and sample time; none for a place out of range. */
export function inspectPlace(parts: InspectParts, place: number): Inspection {
  const { topology } = parts.frame;
  const level = levelOf(topology, place);
  if (level < 0) return { place, level, path: '', model: '', facts: [] };
  const facts =
    topology.hole[place] === 1 && level >= NODE
      ? [{ ...reportingFact(parts, place), label: 'Expected by topology', text: 'Never seen' }]
      : level < NODE
        ? placeFacts(parts, place)
        : level === NODE
          ? nodeFacts(parts, place)
          : gpuFacts(parts, place);
  return { place, level, path: topology.path[place], model: topology.model[place], facts };
}

/** Facts of a site, hall, row or rack. */
function placeFacts(parts: InspectParts, place: number): Fact[] {
  const { frame, power, slope, capMin } = parts;
  const { budgetW, start } = frame.topology;
  const scale = place >= start[RACK] ? 'rack' : 'row';
  const [draw, budget] = [power.drawW[place], budgetW[place]];
  const base = { quality: QUALITY[power.quality[place]], sampled: orNull(power.time[place]) };
  const bound = power.atLeast[place] === 1 && !Number.isNaN(draw);
  const fact = (signal: Fact['signal'], label: string, text: string): Fact => ({ signal, label, text, ...base });
  const facts = [fact('gpu.power', 'Draw', `${bound ? '≥ ' : ''}${formatPowerPair(draw, budget, scale)}`)];
  if (!Number.isNaN(budget)) {
    facts.push(fact('budget', 'Of budget', formatPercent(draw / budget, 1)));
    const headroom = formatPower(budget - draw, scale);
    facts.push(fact('headroom', 'Headroom', `${bound ? '≤ ' : ''}${headroom}`));
  }
  const words = Number.isNaN(draw) ? '' : formatOutlook(slope[place], capMin[place]);
  if (words !== '') facts.push(fact('cap', 'Outlook', words));
  const priority = frame.topology.priority[place];
  if (priority > 0)
    facts.push({ ...fact('budget', 'Capped first', `Priority ${priority} of 9`), quality: 'measured', sampled: null });
  facts.push(cappedFact(parts, place), ...heatAndLinks(parts, place), reportingFact(parts, place));
  return [...facts, ...missingFact(parts, place)];
}

/** GPUs held by the power cap, of those that tell: of recorded racks as they are counted there, of others one by one. */
function cappedFact({ frame }: InspectParts, place: number): Fact {
  const { start } = frame.topology;
  const { gpus, rackOfGpu } = membersOf(frame.topology);
  const column = frame.columns.get('gpu.throttle');
  const counted = recordedRacks(frame);
  let [capped, known, sampled] = [0, 0, Number.NaN];
  const add = (held: number, of: number, time: number) => {
    capped += held;
    known += of;
    if (!(time >= sampled)) sampled = time;
  };
  for (const rack of placesOfLevel(frame.topology, RACK, place)) {
    if (counted?.[rack - start[RACK]] !== 1) continue;
    const of = recordedAt(frame, 'place.reasons', rack);
    // Recorded by rules that do not count them: then nobody knows.
    if (of > 0)
      add(recordedAt(frame, 'place.capped', rack), of, frame.columns.get('place.reasons')?.time[rack] ?? Number.NaN);
  }
  for (let gpu = gpus.from[place]; gpu < gpus.to[place]; gpu++) {
    const mask = column?.value[gpu] ?? Number.NaN;
    if (Number.isNaN(mask) || counted?.[rackOfGpu[gpu - start[GPU]] - start[RACK]] === 1) continue;
    add((mask & SW_POWER_CAP) === 0 ? 0 : 1, 1, column?.time[gpu] as number);
  }
  const told = known > 0 && !Number.isNaN(capped);
  return {
    ...{ signal: 'gpu.throttle', label: 'Power-capped', sampled: orNull(sampled) },
    text: told ? formatCountPair(capped, known) : MISSING,
    quality: told ? 'derived' : QUALITY[column?.quality[place] ?? 0],
  };
}

function heatAndLinks({ frame, fabric }: InspectParts, place: number): Fact[] {
  const use = fabric.worst[place];
  const facts = [columnFact(frame, place, 'gpu.temp', 'Hottest', formatTemp)];
  return Number.isNaN(use) && fabric.stale[place] === 0 ? facts : [...facts, linkFact(fabric, place)];
}

function linkFact(fabric: FabricColumns, place: number): Fact {
  const use = fabric.worst[place];
  return {
    ...{ signal: 'link.rx', label: 'Busiest link', sampled: orNull(fabric.time[place]) },
    text: formatPercent(use, 1),
    quality: Number.isNaN(use) ? (fabric.stale[place] === 1 ? 'stale' : 'unsupported') : 'derived',
  };
}

function reportingFact({ frame, power }: InspectParts, place: number): Fact {
  const { start } = frame.topology;
  const { gpus } = membersOf(frame.topology);
  let live = 0;
  for (let gpu = gpus.from[place]; gpu < gpus.to[place]; gpu++) live += power.live[gpu - start[GPU]];
  // Of racks that are recorded not every GPU is read.
  const text =
    place < start[NODE]
      ? formatCountPair(power.gpuLive[place], power.gpuCount[place])
      : formatCountPair(live, gpus.to[place] - gpus.from[place]);
  return { signal: 'reporting', label: 'Reporting', text, quality: 'measured', sampled: null };
}

/** What should be there and was never heard, at and under a place above nodes; none where nothing is missing. */
function missingFact({ frame: { topology } }: InspectParts, place: number): Fact[] {
  const { start, parent, hole, feedHole, feedRack } = topology;
  const inside = (at: number) => {
    let one = at;
    while (one > place) one = parent[one];
    return one === place;
  };
  const count = (level: number) => {
    let sum = 0;
    for (let at = start[level]; at < start[level + 1]; at++) if (hole[at] === 1 && inside(at)) sum++;
    return sum;
  };
  let feeds = 0;
  feedHole.forEach((one, feed) => {
    if (one === 1 && inside(feedRack[feed])) feeds++;
  });
  const text = formatMissing({ gpus: count(GPU), nodes: count(NODE), feeds });
  return text === '' ? [] : [{ signal: 'reporting', label: 'Never seen', text, quality: 'measured', sampled: null }];
}

/** A fact straight from a column, with the column's quality and time. */
function columnFact(
  { columns }: Frame,
  place: number,
  signal: SignalId,
  label: string,
  format: (value: number) => string,
): Fact {
  const column = columns.get(signal);
  return {
    ...{ signal, label, text: format(column?.value[place] ?? Number.NaN) },
    quality: QUALITY[column?.quality[place] ?? 0],
    sampled: orNull(column?.time[place]),
  };
}

/** "1,147 W of 1,200 W": a value of its limit, where that is known. */
const ofLimit = (format: (value: number) => string, limit: number) => (value: number) =>
  Number.isNaN(limit) || Number.isNaN(value) ? format(value) : `${format(value)} of ${format(limit)}`;

/** Reasons as words; a bitmask without one is "None". */
const reasonsText = (mask: number) => (Number.isNaN(mask) ? MISSING : reasonsOf(mask).join(', ') || 'None');

function nodeFacts(parts: InspectParts, place: number): Fact[] {
  const { frame, fabric } = parts;
  const fact = (signal: SignalId, label: string, format: (value: number) => string) =>
    columnFact(frame, place, signal, label, format);
  const metered = !Number.isNaN(frame.columns.get('node.power')?.value[place] ?? Number.NaN);
  const limit = frame.columns.get('gpu.powerLimit')?.value[place] ?? Number.NaN;
  return [
    metered
      ? fact('node.power', 'Draw', (watts) => formatPower(watts, 'rack'))
      : fact('gpu.power', 'GPU draw', (watts) => formatPowerPair(watts, limit, 'rack')),
    fact('gpu.util', 'Median use', (share) => formatPercent(share, 0)),
    fact('gpu.temp', 'Hottest', formatTemp),
    fact('gpu.throttle', 'Held by', reasonsText),
    fact('gpu.nvlink', 'NVLink, median', formatNvlink),
    ...trafficFacts(frame, place),
    linkFact(fabric, place),
    reportingFact(parts, place),
  ];
}

/** Receive and transmit of all the node's links together. */
function trafficFacts({ topology, columns }: Frame, node: number): Fact[] {
  return (['link.rx', 'link.tx'] as const).map((signal) => {
    const column = columns.get(signal);
    let [sum, sampled] = [Number.NaN, Number.NaN];
    for (let link = 0; column && link < topology.linkNode.length; link++) {
      if (topology.linkNode[link] !== node || Number.isNaN(column.value[link])) continue;
      sum = (Number.isNaN(sum) ? 0 : sum) + column.value[link];
      if (!(column.time[link] >= sampled)) sampled = column.time[link];
    }
    return {
      ...{ signal, label: signal === 'link.rx' ? 'Receive' : 'Transmit', text: formatLink(sum) },
      quality: Number.isNaN(sum) ? 'unsupported' : 'derived',
      sampled: orNull(sampled),
    };
  });
}

function gpuFacts({ frame, fabric }: InspectParts, place: number): Fact[] {
  const at = (signal: SignalId) => frame.columns.get(signal)?.value[place] ?? Number.NaN;
  const fact = (signal: SignalId, label: string, format: (value: number) => string) =>
    columnFact(frame, place, signal, label, format);
  const facts = [
    fact('gpu.power', 'Draw', ofLimit(formatWatts, at('gpu.powerLimit'))),
    fact('gpu.util', 'Use', (share) => formatPercent(share, 0)),
    fact('gpu.temp', 'Temperature', (celsius) => formatTempPair(celsius, at('gpu.tempLimit'))),
    fact('gpu.clock', 'Clock', ofLimit(formatClock, at('gpu.clockMax'))),
    fact('gpu.throttle', 'Held by', reasonsText),
    fact('gpu.nvlink', 'NVLink', formatNvlink),
    { ...linkFact(fabric, frame.topology.parent[place]), label: "Node's busiest link" },
  ];
  // The gauge keeps the last XID for ever; zero means that there was none.
  return at('gpu.xid') > 0 ? [...facts, fact('gpu.xid', 'Last XID', formatCount)] : facts;
}
