/** What holds a node or a job back. `unknown`: too little is read of it. */
export const BOUNDS = ['idle', 'thermal', 'power', 'network', 'memory', 'compute', 'unknown'] as const;
export type Bound = (typeof BOUNDS)[number];

/** What is read of a node or job: means over its GPUs unless said otherwise. Shares 0..1; NaN is "not read". */
export interface Load {
  readonly util: number;
  /** Time held by heat, by the power cap, by the power brake. */
  readonly thermal: number;
  readonly power: number;
  readonly brake: number;
  /** Highest use and wait among its links (NIC, NVLink), each at its own link. */
  readonly linkUse: number;
  readonly linkWait: number;
  readonly memory: number;
  readonly tensor: number;
  readonly sm: number;
}

export interface Verdict {
  readonly bound: Bound;
  /** The readings that it rests on, the weightiest first, each with its number. */
  readonly evidence: readonly string[];
}

/** Below this use a GPU does nothing worth naming. */
const IDLE = 0.05;
/** Shares from which something holds the work (the pack's own limits, alerts.md). */
const HELD_BY_HEAT = 0.1;
const HELD_BY_POWER = 0.5;
const FULL_LINK = 0.95;
const WAITS = 0.05;
/** Memory bandwidth: beyond this share nothing more comes of more arithmetic (DCGM user guide: 0.8 and more is high). */
const MEMORY = 0.7;
const BUSY = 0.7;

const percent = (share: number) => `${Math.round(share * 100)}%`;

interface Rule {
  readonly bound: Bound;
  readonly holds: (load: Load) => boolean;
  readonly evidence: (load: Load) => readonly (readonly [number, string])[];
}

/**
 * In the order in which they are asked: what forces clocks down comes before what waits, and what waits before what
 * works. A comparison with NaN never holds, so what is not read accuses nobody.
 */
const RULES: readonly Rule[] = [
  { bound: 'idle', holds: ({ util }) => util < IDLE, evidence: ({ util }) => [[util, 'busy']] },
  {
    bound: 'power',
    holds: ({ brake }) => brake > 0,
    evidence: ({ brake, power }) => [
      [brake, 'of the time held by the power brake'],
      [power, 'of the time held by the power cap'],
    ],
  },
  {
    bound: 'thermal',
    holds: ({ thermal }) => thermal >= HELD_BY_HEAT,
    evidence: ({ thermal, util }) => [
      [thermal, 'of the time held by heat'],
      [util, 'busy'],
    ],
  },
  {
    bound: 'network',
    holds: ({ linkUse, linkWait }) => linkWait > WAITS && (linkUse >= FULL_LINK || Number.isNaN(linkUse)),
    evidence: ({ linkWait, linkUse, util }) => [
      [linkWait, 'of the time its busiest link waited'],
      [linkUse, 'of that link used'],
      [util, 'busy'],
    ],
  },
  {
    bound: 'power',
    holds: ({ power }) => power >= HELD_BY_POWER,
    evidence: ({ power, util }) => [
      [power, 'of the time held by the power cap'],
      [util, 'busy'],
    ],
  },
  {
    bound: 'memory',
    holds: ({ memory, tensor }) => memory >= MEMORY && !(tensor > memory),
    evidence: ({ memory, tensor, util }) => [
      [memory, 'of the memory bandwidth used'],
      [tensor, 'of the tensor pipes used'],
      [util, 'busy'],
    ],
  },
  {
    bound: 'network',
    holds: ({ linkWait, util }) => linkWait > WAITS && util < BUSY,
    evidence: ({ linkWait, util }) => [
      [linkWait, 'of the time its busiest link waited'],
      [util, 'busy'],
    ],
  },
  {
    bound: 'compute',
    holds: ({ util, tensor, sm }) => util >= BUSY || tensor >= BUSY || sm >= BUSY,
    evidence: ({ tensor, sm, util }) => [
      [tensor, 'of the tensor pipes used'],
      [sm, 'of the SMs used'],
      [util, 'busy'],
    ],
  },
];

/**
 * Says what a node's or job's work is bound by, and what that is told from. What is read but reaches no limit is
 * `unknown` too: a guess would be worse than none.
 */
export function classify(load: Load): Verdict {
  const rule = RULES.find(({ holds }) => holds(load));
  if (!rule) {
    return {
      bound: 'unknown',
      evidence: Number.isNaN(load.util) ? ['No use is read'] : [`${percent(load.util)} busy`],
    };
  }
  const told = rule.evidence(load).filter(([share]) => !Number.isNaN(share));
  return { bound: rule.bound, evidence: told.map(([share, words]) => `${percent(share)} ${words}`) };
}
