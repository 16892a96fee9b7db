import type { Inspection } from './contract.ts';
import type { FabricColumns } from './fabric.ts';
import { levelOf } from './findings.ts';
import {
  formatBytes,
  formatCap,
  formatClock,
  formatCount,
  formatLink,
  formatNvlink,
  formatPercent,
  formatPower,
  formatPowerPair,
  formatTemp,
  formatWatts,
} from './format.ts';
import { type Frame, QUALITY } from './frame.ts';
import type { PowerColumns } from './power.ts';
import type { SignalId } from './signals/catalogue.ts';
import { HELD, reasonsOf, throttleClass } from './throttle.ts';
import { GPU, NODE } from './topology.ts';

interface Parts {
  readonly frame: Frame;
  readonly power: PowerColumns;
  readonly fabric: FabricColumns;
  readonly capMin: Float32Array;
}

type Fact = Inspection['facts'][number];

const orNull = (value: number | undefined) => (value === undefined || Number.isNaN(value) ? null : value);

/** All that is known of one place, formatted, for the inspector line. Places out of range give no facts. */
export function inspectPlace(parts: Parts, place: number): Inspection {
  const { topology } = parts.frame;
  const { start, path, model } = topology;
  if (!(place >= 0 && place < start[GPU + 1])) return { place, level: -1, path: '', model: '', facts: [] };
  const facts =
    place < start[NODE]
      ? placeFacts(parts, place)
      : place < start[GPU]
        ? nodeFacts(parts, place)
        : gpuFacts(parts, place);
  return { place, level: levelOf(start, place), path: path[place] ?? '', model: model[place] ?? '', facts };
}

function placeFacts({ frame, power, fabric, capMin }: Parts, place: number): Fact[] {
  const { budgetW, start, parent } = frame.topology;
  const [draw, budget] = [power.drawW[place], budgetW[place]];
  const quality = QUALITY[power.quality[place]] as string;
  const sampled = orNull(power.time[place]);
  const base = { quality, sampled };
  const facts: Fact[] = [
    {
      signal: 'gpu.power',
      label: 'Draw',
      text: `${power.atLeast[place] ? '≥ ' : ''}${formatPowerPair(draw, budget)}`,
      ...base,
    },
  ];
  if (!Number.isNaN(budget)) {
    facts.push({ signal: 'budget', label: 'Of budget', text: formatPercent(draw / budget, 1), ...base });
    facts.push({ signal: 'headroom', label: 'Headroom', text: formatPower(budget - draw), ...base });
    if (Number.isFinite(capMin[place]))
      facts.push({ signal: 'cap', label: 'Forecast', text: formatCap(capMin[place]), ...base });
  }
  const reasons = frame.columns.get('gpu.throttle');
  const temp = frame.columns.get('gpu.temp');
  let [held, known] = [0, 0];
  for (let gpu = start[GPU]; gpu < start[GPU + 1]; gpu++) {
    let above = parent[gpu];
    while (above > place) above = parent[above];
    const mask = reasons?.value[gpu] ?? Number.NaN;
    if (above !== place || Number.isNaN(mask)) continue;
    known++;
    if (throttleClass(mask) >= HELD) held++;
  }
  if (known > 0)
    facts.push({
      signal: 'gpu.throttle',
      label: 'Held',
      text: `${formatCount(held)} of ${formatCount(known)}`,
      quality: 'derived',
      sampled,
    });
  facts.push(fact('gpu.temp', 'Hottest', formatTemp(temp?.value[place] ?? Number.NaN), frame, place));
  if (!Number.isNaN(fabric.worst[place]))
    facts.push({
      signal: 'link.rx',
      label: 'Busiest port',
      text: formatPercent(fabric.worst[place], 0),
      quality: 'derived',
      sampled,
    });
  facts.push({
    signal: 'reporting',
    label: 'Reporting',
    text: `${formatCount(power.gpuLive[place])} of ${formatCount(power.gpuCount[place])} GPUs`,
    ...base,
  });
  return facts;
}

function fact(signal: SignalId, label: string, text: string, frame: Frame, place: number): Fact {
  const column = frame.columns.get(signal);
  return {
    signal,
    label,
    text,
    quality: QUALITY[column?.quality[place] ?? 0] as string,
    sampled: orNull(column?.time[place]),
  };
}

const reader = (frame: Frame, place: number) => (signal: SignalId) =>
  frame.columns.get(signal)?.value[place] ?? Number.NaN;

function nodeFacts({ frame, fabric }: Parts, place: number): Fact[] {
  const value = reader(frame, place);
  const { linkNode } = frame.topology;
  const [rx, tx] = [frame.columns.get('link.rx'), frame.columns.get('link.tx')];
  let [received, sent] = [Number.NaN, Number.NaN];
  linkNode.forEach((node, link) => {
    if (node !== place) return;
    const [r, t] = [rx?.value[link] ?? Number.NaN, tx?.value[link] ?? Number.NaN];
    if (!Number.isNaN(r)) received = (Number.isNaN(received) ? 0 : received) + r;
    if (!Number.isNaN(t)) sent = (Number.isNaN(sent) ? 0 : sent) + t;
  });
  return [
    fact('gpu.power', 'Boards', formatPower(value('gpu.power')), frame, place),
    fact('gpu.util', 'Utilisation, median', formatPercent(value('gpu.util'), 0), frame, place),
    fact('gpu.temp', 'Hottest', formatTemp(value('gpu.temp')), frame, place),
    { signal: 'link.rx', label: 'Receive', text: formatLink(received), quality: 'derived', sampled: null },
    { signal: 'link.tx', label: 'Transmit', text: formatLink(sent), quality: 'derived', sampled: null },
    {
      signal: 'link.rate',
      label: 'Busiest port',
      text: formatPercent(fabric.worst[place], 0),
      quality: 'derived',
      sampled: null,
    },
  ];
}

function gpuFacts({ frame }: Parts, place: number): Fact[] {
  const value = reader(frame, place);
  const of = (text: string, limit: number, format: (limit: number) => string) =>
    Number.isNaN(limit) ? text : `${text} of ${format(limit)}`;
  const temp = formatTemp(value('gpu.temp'));
  const limit = value('gpu.tempLimit');
  const mask = value('gpu.throttle');
  const facts = [
    fact('gpu.power', 'Draw', of(formatWatts(value('gpu.power')), value('gpu.powerLimit'), formatWatts), frame, place),
    fact('gpu.util', 'Utilisation', formatPercent(value('gpu.util'), 0), frame, place),
    fact('gpu.temp', 'Temperature', Number.isNaN(limit) ? temp : `${temp}, limit ${formatCount(limit)}`, frame, place),
    fact('gpu.clock', 'Clock', of(formatClock(value('gpu.clock')), value('gpu.clockMax'), formatClock), frame, place),
    fact('gpu.throttle', 'Held by', Number.isNaN(mask) ? '—' : reasonsOf(mask), frame, place),
    fact('gpu.nvlink', 'NVLink', formatNvlink(value('gpu.nvlink')), frame, place),
    fact('gpu.memUsed', 'Memory', formatBytes(value('gpu.memUsed')), frame, place),
  ];
  if (value('gpu.xid') > 0) facts.push(fact('gpu.xid', 'Last XID', formatCount(value('gpu.xid')), frame, place));
  return facts;
}
