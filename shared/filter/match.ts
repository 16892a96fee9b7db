import { THROTTLE_CLASSES } from '../cells.ts';
import type { FabricColumns } from '../fabric.ts';
import type { Frame } from '../frame.ts';
import { ancestorAt, membersOf } from '../members.ts';
import type { PowerColumns } from '../power.ts';
import { throttleClass } from '../throttle.ts';
import { GPU, HALL, NODE, RACK, ROW, SITE, type Topology } from '../topology.ts';
import { COLUMN_FIELDS, type FieldName } from './fields.ts';
import type { Filter, NumberOp } from './parse.ts';

/** What a filter is asked of. */
export interface MatchParts {
  readonly frame: Frame;
  readonly now: number;
  readonly power: PowerColumns;
  readonly fabric: FabricColumns;
  /** When each GPU was last heard, epoch ms (index: place − start[GPU]); NaN never. */
  readonly heardAt: Float64Array;
}

/** Which GPUs a filter keeps. */
export interface Matches {
  /** One bit a GPU, lowest bit first (index: place − start[GPU]). */
  readonly bits: Uint8Array;
  readonly gpus: number;
  readonly racks: number;
}

/** What is known of a comparison: a number that is missing is neither below nor above anything, nor is it not. */
const NO = 0;
const YES = 1;
const UNKNOWN = 2;
type Truth = typeof NO | typeof YES | typeof UNKNOWN;
type Test = (gpu: number) => Truth;

/** The GPUs that a filter is true of. One of which a compared number is not known is never among them. */
export function matchGpus(filter: Filter, parts: MatchParts): Matches {
  const { topology } = parts.frame;
  const { rackOfGpu } = membersOf(topology);
  const test = testOf(filter, parts);
  const bits = new Uint8Array(Math.ceil(rackOfGpu.length / 8));
  let [gpus, racks, last] = [0, 0, -1];
  for (let gpu = 0; gpu < rackOfGpu.length; gpu++) {
    if (test(gpu) !== YES) continue;
    bits[gpu >> 3] |= 1 << (gpu & 7);
    gpus++;
    if (rackOfGpu[gpu] !== last) racks++;
    last = rackOfGpu[gpu];
  }
  return { bits, gpus, racks };
}

function testOf(filter: Filter, parts: MatchParts): Test {
  switch (filter.kind) {
    case 'not': {
      const test = testOf(filter.part, parts);
      return (gpu) => negated(test(gpu));
    }
    case 'and':
      return joined(
        filter.parts.map((part) => testOf(part, parts)),
        NO,
        YES,
      );
    case 'or':
      return joined(
        filter.parts.map((part) => testOf(part, parts)),
        YES,
        NO,
      );
    case 'number':
      return numberTest(filter, parts);
    case 'text':
      return textTest(filter, parts);
  }
}

const negated = (truth: Truth): Truth => (truth === UNKNOWN ? UNKNOWN : truth === YES ? NO : YES);

/** One part that says `ends` decides; otherwise one unknown part leaves it unknown. */
function joined(tests: readonly Test[], ends: Truth, otherwise: Truth): Test {
  return (gpu) => {
    let told = otherwise;
    for (const test of tests) {
      const truth = test(gpu);
      if (truth === ends) return ends;
      if (truth === UNKNOWN) told = UNKNOWN;
    }
    return told;
  };
}

const COMPARE: Readonly<Record<NumberOp, (a: number, b: number) => boolean>> = {
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
  '=': (a, b) => a === b,
  '!=': (a, b) => a !== b,
};

/**
 * A number as it is compared with what a person writes, which has six digits at most: a column holds 32-bit floats, and
 * 0.3 of a share is 30.000001 %. Rounding through a text takes long for 100,000 GPUs, and decides only close to the limit.
 */
const rounded = (value: number, limit: number) =>
  Math.abs(value - limit) > 1e-5 * Math.abs(value) ? value : Number(value.toPrecision(6));

function numberTest({ field, op, value }: Extract<Filter, { kind: 'number' }>, parts: MatchParts): Test {
  const of = numberOf(field, parts);
  const compare = COMPARE[op];
  return (gpu) => {
    const one = of(gpu);
    return Number.isNaN(one) ? UNKNOWN : compare(rounded(one, value), value) ? YES : NO;
  };
}

/** A number of a GPU by its index, in the unit of the field; NaN is not known. */
function numberOf(field: FieldName, parts: MatchParts): (gpu: number) => number {
  const { frame, power, fabric, heardAt, now } = parts;
  const { topology, columns } = frame;
  const first = topology.start[GPU];
  const { rackOfGpu } = membersOf(topology);
  const [signal, per] = COLUMN_FIELDS[field] ?? [];
  if (signal && per) {
    const column = columns.get(signal)?.value;
    return (gpu) => (column ? column[first + gpu] / per : Number.NaN);
  }
  const at = (id: 'gpu.temp' | 'gpu.tempLimit' | 'gpu.tempMargin' | 'gpu.memUsed' | 'gpu.memTotal') => {
    const column = columns.get(id)?.value;
    return (gpu: number) => column?.[first + gpu] ?? Number.NaN;
  };
  switch (field) {
    case 'margin': {
      const [temp, limit, margin] = [at('gpu.temp'), at('gpu.tempLimit'), at('gpu.tempMargin')];
      return (gpu) => (Number.isNaN(margin(gpu)) ? limit(gpu) - temp(gpu) : margin(gpu));
    }
    case 'mem': {
      const [used, total] = [at('gpu.memUsed'), at('gpu.memTotal')];
      return (gpu) => (100 * used(gpu)) / total(gpu);
    }
    case 'nic':
      return (gpu) => 100 * fabric.worst[topology.parent[first + gpu]];
    case 'budget':
      return (gpu) => (100 * power.drawW[rackOfGpu[gpu]]) / topology.budgetW[rackOfGpu[gpu]];
    case 'draw':
      return (gpu) => power.drawW[rackOfGpu[gpu]] / 1000;
    case 'age':
      return (gpu) => (now - heardAt[gpu]) / 1000;
    default:
      return () => Number.NaN;
  }
}

const LEVEL: Readonly<Partial<Record<FieldName, number>>> = {
  site: SITE,
  hall: HALL,
  row: ROW,
  rack: RACK,
  node: NODE,
};

function textTest({ field, is, value }: Extract<Filter, { kind: 'text' }>, parts: MatchParts): Test {
  const matches = typeof value === 'string' ? (text: string) => text === value : (text: string) => value.matches(text);
  const of = textOf(field, parts);
  // Names repeat: each is compared once.
  const known = new Map<string, boolean>();
  return (gpu) => {
    const text = of(gpu);
    if (text === undefined) return UNKNOWN;
    let same = known.get(text);
    if (same === undefined) {
      same = text.split('\n').some(matches);
      known.set(text, same);
    }
    return same === is ? YES : NO;
  };
}

function textOf(field: FieldName, { frame }: MatchParts): (gpu: number) => string | undefined {
  const { topology, columns } = frame;
  const first = topology.start[GPU];
  const level = LEVEL[field];
  if (level !== undefined) return (gpu) => nameAt(topology, first + gpu, level);
  switch (field) {
    case 'state': {
      const column = columns.get('gpu.throttle')?.value;
      return (gpu) => {
        const mask = column?.[first + gpu] ?? Number.NaN;
        return Number.isNaN(mask) ? undefined : THROTTLE_CLASSES[throttleClass(mask)];
      };
    }
    case 'gpu':
      return (gpu) => topology.path[first + gpu];
    case 'model':
      return (gpu) => topology.model[first + gpu] || topology.model[topology.parent[first + gpu]];
    case 'job':
    case 'pod':
    case 'namespace':
      // Of a board that several share one that is meant is enough: theirs are one text of several lines.
      return (gpu) => {
        const shares = topology.shared[gpu];
        return shares ? shares.map(({ work }) => work[field]).join('\n') : (topology.work[gpu]?.[field] ?? '');
      };
    default:
      return () => undefined;
  }
}

/** A place's own name; a node's whole name too would need its path, which nobody writes. */
function nameAt(topology: Topology, gpu: number, level: number): string {
  return topology.name[ancestorAt(topology, gpu, level)];
}
