import type { EpochMs, Watts } from '../../shared/units.ts';
import { hash32, normal, smooth, unit } from './noise.ts';
import type { FleetPlan, NodePlan, RackPlan, RowPlan } from './plan.ts';

/** Clock event reasons (signals.md 1). */
const IDLE = 0x001;
const SW_POWER_CAP = 0x004;
const HW_SLOWDOWN = 0x008;
const SW_THERMAL = 0x020;
const HW_THERMAL = 0x040;

/** Demand, as a share of the limit, from which the driver holds the clock. */
const CAP_FROM = 0.97;

/** The GPUs of one node at one instant; arrays by GPU of the node, reused from call to call. */
export interface NodeState {
  readonly powerW: Float64Array;
  readonly tempC: Float64Array;
  readonly memoryC: Float64Array;
  /** 0..1 */
  readonly util: Float64Array;
  readonly clockMhz: Float64Array;
  readonly reasons: Float64Array;
  /** Share of time held by the power cap, and by heat: 0..1. */
  readonly capHeld: Float64Array;
  readonly heatHeld: Float64Array;
  /** Share of the NVLink capacity in use, both directions alike. */
  readonly fabric: Float64Array;
  /** Share of the InfiniBand rate in use by each GPU's port, sent and received, and share of ticks spent waiting. */
  readonly portTx: Float64Array;
  readonly portRx: Float64Array;
  readonly portWait: Float64Array;
}

const fields = 12;

/** A state for up to `gpus` GPUs. */
export function newNodeState(gpus: number): NodeState {
  const [powerW, tempC, memoryC, util, clockMhz, reasons, capHeld, heatHeld, fabric, portTx, portRx, portWait] =
    Array.from({ length: fields }, () => new Float64Array(gpus));
  return { powerW, tempC, memoryC, util, clockMhz, reasons, capHeld, heatHeld, fabric, portTx, portRx, portWait };
}

/**
 * Row A2's day: climbs from 940 to 1,003 kW at 2.9 kW a minute, is held there for 6 min, is shed to 940 within 4 min,
 * and climbs again. As a share of the row's budget; begins at 0.978.
 * @param seconds since the script began
 */
export function climb(seconds: number): number {
  const low = 0.94;
  const high = 1.003;
  const perSecond = 0.0029 / 60;
  const rise = (high - low) / perSecond;
  const hold = 360;
  const shed = 240;
  const begin = (0.978 - low) / perSecond;
  const span = rise + hold + shed;
  const at = (((seconds + begin) % span) + span) % span;
  if (at < rise) return low + at * perSecond;
  if (at < rise + hold) return high;
  return high - ((at - rise - hold) / shed) * (high - low);
}

/** Inference demand over a day, UTC: lowest at 4:00, highest at 16:00; mean 0, ±1. */
function daily(time: EpochMs): number {
  return -Math.cos(((time / 3_600_000 - 4) / 24) * 2 * Math.PI);
}

/** The step of a training job, 8 s long: compute ramps up, the exchange of gradients lets go. 0 ± 1. */
function step(seconds: number, row: number): number {
  const at = ((((seconds + row * 3.1) / 8) % 1) + 1) % 1;
  return at < 0.8 ? (at / 0.8) * 2 - 1 : 1 - ((at - 0.8) / 0.2) * 2;
}

/**
 * Share of the draw that a checkpoint takes away: every 10 min for 14 s, first some 5 min into the script. The row that
 * climbs writes its own beside the work: a straight line can be told of its draw (trend.ts).
 */
function checkpoint(seconds: number, row: number, climbs: boolean): number {
  const at = (((seconds - 300 - row * 97) % 600) + 600) % 600;
  return at < 14 ? (climbs ? 0.02 : 0.12) * Math.min(1, at / 3, (14 - at) / 3) : 0;
}

/**
 * What every GPU of the planned fleet does, as a function of (seed, time) alone: no state is kept between calls.
 */
export class Load {
  readonly plan: FleetPlan;
  readonly #seed: number;
  readonly #startedAt: EpochMs;
  /** Each GPU's share of its rack's GPU power; the mean of a rack is 1. */
  readonly #weight: Float64Array;
  readonly #idle: Uint8Array;
  readonly #scratch: NodeState;

  constructor(plan: FleetPlan, seed: number, startedAt: EpochMs) {
    this.plan = plan;
    this.#seed = hash32(seed, 1);
    this.#startedAt = startedAt;
    this.#weight = new Float64Array(plan.gpus);
    this.#idle = new Uint8Array(plan.gpus);
    for (const rack of plan.racks) this.#weigh(rack);
    this.#scratch = newNodeState(plan.nodes.reduce((most, node) => Math.max(most, node.gpus), 0));
  }

  #weigh(rack: RackPlan): void {
    const nodes = this.plan.nodes.slice(rack.firstNode, rack.firstNode + rack.nodes);
    const row = this.plan.rows[rack.row];
    const mean = this.#meanRatio(rack, rack.drawKw);
    const idleRatio = rack.machine.idleW / rack.machine.limitW;
    // A rack near its idle draw has nobody on it; elsewhere in a fading row a few GPUs stand free.
    const free = mean < idleRatio + 0.06 ? 1 : row.fades ? 0.03 : 0;
    // In the climbing row some ranks carry more of the job and stand near their limit in every rack.
    const hunger = row.climbs ? Math.min(0.1, Math.max(0, 0.993 / mean - 1)) : 0;
    let sum = 0;
    let count = 0;
    for (const node of nodes) {
      const ofNode = normal(this.#seed + 11, node.firstGpu) * (row.work === 'training' ? 0.004 : 0.018);
      for (let i = 0; i < node.gpus; i++) {
        const gpu = node.firstGpu + i;
        const idle = unit(this.#seed + 13, gpu) < free;
        const hungry = unit(this.#seed + 17, gpu) < 0.22 ? hunger : 0;
        const own = normal(this.#seed + 19, gpu) * (row.work === 'training' ? 0.011 : 0.06);
        this.#idle[gpu] = idle ? 1 : 0;
        this.#weight[gpu] = idle && free < 1 ? Math.min(1, (idleRatio + 0.02) / mean) : 1 + ofNode + own + hungry;
        sum += this.#weight[gpu];
        count++;
      }
    }
    for (const node of nodes) for (let i = 0; i < node.gpus; i++) this.#weight[node.firstGpu + i] *= count / sum;
  }

  /** GPU power as a share of the limits, for a rack draw in kW. */
  #meanRatio(rack: RackPlan, kw: number): number {
    const gpus = this.#gpusOf(rack);
    const { fixedWPerGpu, wattPerGpuWatt, limitW } = rack.machine;
    return Math.max(0.02, ((kw * 1000) / gpus - fixedWPerGpu) / wattPerGpuWatt / limitW);
  }

  #gpusOf(rack: RackPlan): number {
    return this.plan.nodes[rack.firstNode].gpus * rack.nodes;
  }

  /** The script's factor on a row's draw: 1 when the script begins. Steps and checkpoints not counted. */
  #slow(row: RowPlan, index: number, time: EpochMs): number {
    const seconds = (time - this.#startedAt) / 1000;
    if (row.climbs) return (climb(seconds) / climb(0)) * ((0.978 * row.budgetKw) / row.drawKw);
    const key = this.#seed + 23;
    if (row.work === 'training') return 1 + 0.004 * (smooth(key, index, seconds, 180) - smooth(key, index, 0, 180));
    const day = 0.09 * (daily(time) - daily(this.#startedAt));
    const drift = 0.012 * (smooth(key, index, seconds, 120) - smooth(key, index, 0, 120));
    return 1 + day + drift - (row.fades ? 0.06 * Math.sin(seconds / 1800) : 0);
  }

  /** Fills `out` with the node's GPUs at a time. */
  read(node: NodePlan, time: EpochMs, out: NodeState): void {
    const rack = this.plan.racks[node.rack];
    const row = this.plan.rows[rack.row];
    const seconds = (time - this.#startedAt) / 1000;
    const training = row.work === 'training';
    const slow = this.#meanRatio(rack, rack.drawKw * this.#slow(row, rack.row, time));
    const swing = training ? 0.008 * step(seconds, rack.row) - checkpoint(seconds, rack.row, row.climbs) : 0;
    const at: Instant = {
      ...{ seconds, slow, swing, training, rack },
      // Exchange of gradients fills the links at the end of a step.
      exchange: training ? 0.5 + 0.3 * step(seconds + 1.6, rack.row) : 0.25,
    };
    for (let i = 0; i < node.gpus; i++) this.#gpu(node, i, at, out);
  }

  #gpu(node: NodePlan, i: number, at: Instant, out: NodeState): void {
    const gpu = node.firstGpu + i;
    const { machine } = at.rack;
    const idle = this.#idle[gpu] === 1;
    const jitter = smooth(this.#seed + 29, gpu, at.seconds, 15) * (idle ? 0.004 : at.training ? 0.006 : 0.04);
    const steady = at.slow * this.#weight[gpu];
    const demand = steady * (1 + jitter + (idle ? 0 : at.swing));
    const hot = at.rack.hot.has(node.slot * node.gpus + i);
    const tempC = this.#temperature(at, gpu, steady, hot);
    const heat = hot && at.rack.hotReason === 'hw' ? tempC >= machine.slowdownC : hot;
    const hard = heat && at.rack.hotReason === 'hw';
    const capped = !idle && !hard && demand >= CAP_FROM;
    // A clock halved by heat draws less; a held one stays within its limit but for the regulator's overshoot.
    const ratio = hard ? demand * 0.95 : capped ? Math.min(demand, 1.012 + jitter) : demand;
    out.powerW[i] = Math.max(machine.idleW * 0.9, ratio * machine.limitW);
    out.tempC[i] = Math.round(tempC);
    out.memoryC[i] = Math.round(tempC + 7 + 3 * unit(this.#seed + 31, gpu));
    out.reasons[i] = idle
      ? IDLE
      : (capped ? SW_POWER_CAP : 0) | (hard ? HW_SLOWDOWN | HW_THERMAL : heat ? SW_THERMAL : 0);
    out.capHeld[i] = capped ? Math.min(0.97, 0.35 + (demand - CAP_FROM) * 12) : 0;
    out.heatHeld[i] = hard ? 0.9 : heat ? 0.3 : 0;
    out.clockMhz[i] = Math.round(clockShare(idle, capped, hard, heat, demand, jitter) * machine.maxClockMhz);
    out.util[i] = idle ? 0 : this.#util(at, gpu, ratio);
    out.fabric[i] = idle ? 0 : Math.max(0, at.exchange * (0.9 + 10 * jitter * (at.training ? 1 : 0.2)));
    this.#port(at, i, gpu, idle, out);
  }

  #temperature(at: Instant, gpu: number, steady: number, hot: boolean): number {
    const { machine, hotReason } = at.rack;
    const base = machine.coolC + machine.riseC * steady + normal(this.#seed + 37, gpu) * 1.6;
    if (!hot) return base + smooth(this.#seed + 41, gpu, at.seconds, 40);
    // Poor cooling: swings about the slowdown temperature (hw), or stays warm below it (sw).
    const swing = smooth(this.#seed + 41, gpu, at.seconds, 45);
    return hotReason === 'hw' ? machine.slowdownC - 0.6 + 25 * (steady - 0.98) + 1.4 * swing : 81.5 + 1.4 * swing;
  }

  #util(at: Instant, gpu: number, ratio: number): number {
    const noise = smooth(this.#seed + 43, gpu, at.seconds, 12);
    const value = at.training ? 0.83 + 0.5 * (ratio - 0.76) + 0.03 * noise : 0.55 + 0.24 * ratio + 0.08 * noise;
    return Math.min(1, Math.max(0.02, value + at.swing));
  }

  #port(at: Instant, i: number, gpu: number, idle: boolean, out: NodeState): void {
    const noise = smooth(this.#seed + 47, gpu, at.seconds, 20);
    const overrun = at.rack.saturatedLeaf && i === 0;
    const use = overrun ? 0.972 + 0.012 * noise : idle ? 0.0004 : Math.max(0.01, at.exchange * 0.9 + 0.06 * noise);
    out.portTx[i] = use;
    out.portRx[i] = overrun ? use - 0.004 : use * 0.98;
    out.portWait[i] = overrun ? 0.31 + 0.02 * noise : idle ? 0 : 0.014 + 0.006 * noise;
  }

  /** Watts of all GPUs of a rack, silent nodes included: what its PDUs feed. */
  rackGpuW(rack: RackPlan, time: EpochMs): Watts {
    let sum = 0;
    for (let n = 0; n < rack.nodes; n++) {
      const node = this.plan.nodes[rack.firstNode + n];
      this.read(node, time, this.#scratch);
      for (let i = 0; i < node.gpus; i++) sum += this.#scratch.powerW[i];
    }
    return sum;
  }

  /** Watts that the rack draws: its GPUs and all that goes with them. */
  rackW(rack: RackPlan, time: EpochMs): Watts {
    const { wattPerGpuWatt, fixedWPerGpu } = rack.machine;
    return this.rackGpuW(rack, time) * wattPerGpuWatt + fixedWPerGpu * this.#gpusOf(rack);
  }

  /** Watts of all GPUs that report: what `sum` over the exporters' board power must give. */
  reportedGpuW(time: EpochMs): Watts {
    let sum = 0;
    for (const node of this.plan.nodes) {
      if (node.silent) continue;
      this.read(node, time, this.#scratch);
      for (let i = 0; i < node.gpus; i++) sum += this.#scratch.powerW[i];
    }
    return sum;
  }
}

interface Instant {
  readonly seconds: number;
  /** Mean share of the limits in the rack, without steps. */
  readonly slow: number;
  readonly swing: number;
  readonly training: boolean;
  readonly exchange: number;
  readonly rack: RackPlan;
}

/** SM clock as a share of its maximum. */
function clockShare(
  idle: boolean,
  capped: boolean,
  hard: boolean,
  heat: boolean,
  demand: number,
  jitter: number,
): number {
  if (idle) return 0.175;
  if (hard) return 0.504;
  if (capped) return 0.886 - (demand - CAP_FROM) * 1.5 + jitter;
  return heat ? 0.93 + jitter * 0.2 : 0.985 + jitter * 0.2;
}
