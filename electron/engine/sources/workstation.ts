import { cpus, hostname } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import type { Systeminformation } from 'systeminformation';
import type { WorkstationReply } from '../../../shared/contract/sources.ts';

const finite = (value: unknown): number | null => (typeof value === 'number' && Number.isFinite(value) ? value : null);

/** Gives null instead of throwing: a workstation without sensors is no fault. */
async function attempt<Value>(ask: () => Promise<Value>): Promise<Value | null> {
  try {
    return await ask();
  } catch {
    return null;
  }
}

/** Bytes that a network port has moved since the machine started. */
export interface PortCounters {
  readonly device: string;
  readonly rxBytes: number;
  readonly txBytes: number;
}

/** The network ports of this machine; empty where systeminformation can't tell. */
export async function readPorts(): Promise<readonly PortCounters[]> {
  const { default: si } = await import('systeminformation');
  const ports = (await attempt(() => si.networkStats('*'))) ?? [];
  return ports.flatMap(({ iface, rx_bytes: rxBytes, tx_bytes: txBytes }) =>
    finite(rxBytes) === null || finite(txBytes) === null ? [] : [{ device: iface, rxBytes, txBytes }],
  );
}

/** Milliseconds of all processors so far, and those that were at work. */
function processorTimes() {
  const times = cpus().map((one) => one.times);
  const sum = (of: (one: (typeof times)[number]) => number) => times.reduce((all, one) => all + of(one), 0);
  const busy = sum(({ user, nice, sys, irq }) => user + nice + sys + irq);
  return { busy, all: busy + sum(({ idle }) => idle) };
}

/** The first reading has no other before it: it is taken over this long. */
const FIRST_MS = 200;
let before: ReturnType<typeof processorTimes> | undefined;

/** Share of the processors' time since the last reading. systeminformation would start a program for it and wait. */
async function processorLoad(): Promise<number> {
  if (before === undefined) {
    before = processorTimes();
    await pause(FIRST_MS);
  }
  const now = processorTimes();
  const load = (now.busy - before.busy) / (now.all - before.all);
  before = now;
  return load;
}

/**
 * Asks again only some time after an answer that still serves: programs are started for these, which holds up an engine
 * of a large fleet.
 */
function seldom<Value>(everyMs: number, ask: () => Promise<Value>, serves: (value: Value) => boolean) {
  let [kept, at] = [null as Value | null, Number.NEGATIVE_INFINITY];
  return async (now: number): Promise<Value | null> => {
    if (kept !== null && serves(kept) && now - at < everyMs) return kept;
    [kept, at] = [await attempt(ask), now];
    return kept;
  };
}

const DISKS_MS = 60_000;
const CARDS_MS = 600_000;
const library = async () => (await import('systeminformation')).default;
/** Without a driver's own tool a graphics card has no power reading and is no GPU of a fleet. */
const isRead = (card: Systeminformation.GraphicsControllerData) =>
  finite(card.powerDraw) !== null || finite(card.utilizationGpu) !== null;

const readDisks = seldom(
  DISKS_MS,
  async () => (await library()).fsSize(),
  () => true,
);
/** Cards that tell something are read each time; where none does, another may be there later. */
const readCards = seldom(
  CARDS_MS,
  async () => (await (await library()).graphics()).controllers.filter(isRead),
  (cards) => cards.length === 0,
);

/** How this machine does; what can't be told is null. Rates need two calls. */
export async function readWorkstation(now: number): Promise<WorkstationReply> {
  const si = await library();
  const [load, memory, disks, network, cards] = await Promise.all([
    processorLoad(),
    attempt(() => si.mem()),
    readDisks(now),
    attempt(() => si.networkStats('*')),
    readCards(now),
  ]);
  const sum = (values: readonly (number | null)[] | undefined) => {
    const known = (values ?? []).filter((value) => value !== null);
    return known.length === 0 ? null : known.reduce((a, b) => a + b, 0);
  };
  const largest = disks?.reduce((a, b) => (b.size > a.size ? b : a), disks[0] ?? { size: 0, use: Number.NaN });
  return {
    host: hostname(),
    cpuRatio: finite(load),
    memUsedB: finite(memory?.active),
    memTotalB: finite(memory?.total),
    diskUsedRatio: largest && finite(largest.use) !== null ? largest.use / 100 : null,
    rxBps: sum(network?.map((port) => finite(port.rx_sec))),
    txBps: sum(network?.map((port) => finite(port.tx_sec))),
    gpus: (cards ?? []).map((card) => {
      const util = finite(card.utilizationGpu);
      return {
        model: card.model,
        powerW: finite(card.powerDraw),
        tempC: finite(card.temperatureGpu),
        util: util === null ? null : util / 100,
      };
    }),
    time: now,
  };
}

/** For so long one reading serves all viewers that ask; each has its own time. */
const SHARED_MS = 4000;
let newest: { readonly at: number; readonly reply: Promise<WorkstationReply> } | undefined;

/** The same for viewers, each of which asks every few seconds. */
export function shownWorkstation(now: number): Promise<WorkstationReply> {
  if (newest === undefined || !(Math.abs(now - newest.at) < SHARED_MS))
    newest = { at: now, reply: readWorkstation(now) };
  return newest.reply;
}
