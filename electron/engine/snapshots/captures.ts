import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { SnapshotJob } from '../../../shared/contract/snapshots.ts';
import type { CallParsed } from '../../../shared/contract.ts';
import { formatTime } from '../../../shared/format.ts';
import type { Papers } from '../../../shared/snapshot/document.ts';
import type { Origin } from '../../../shared/snapshot/manifest.ts';
import { redact } from '../../../shared/snapshot/redact.ts';
import { cablesWithin } from '../../../shared/snapshot/replay-fabric.ts';
import type { Ring } from '../../../shared/snapshot/ring.ts';
import { objectsLost, scopeOf } from '../../../shared/snapshot/scope.ts';
import { sentenceWith } from '../../../shared/snapshot/sentence-at.ts';
import { originOf, settingsPart } from '../../../shared/snapshot/settings-part.ts';
import type { Topology } from '../../../shared/topology.ts';
import { FaultError, faultOf } from '../fault.ts';
import type { EngineContext } from '../part.ts';
import { cableFiles, FabricFileReader } from '../store/fabric-file.ts';
import { ownVersion } from '../version.ts';
import { gather, pack } from './assemble.ts';
import { alertPapers } from './context-papers.ts';
import { KEY_FILE, signer } from './keys.ts';
import type { SnapshotLibrary } from './library.ts';
import { limitsOf } from './record.ts';
import { pastOrigins, pastPlan, readPast } from './server-past.ts';
import type { Spans } from './spans.ts';

export type CaptureOrder = CallParsed<'takeSnapshot'>;

/** Jobs that are kept in the list once they ended. */
const MOST_ENDED = 20;
const AT_ONCE = 3;
/** Of the progress of a step, how often it is told. */
const TELL_EACH = 0.02;

class Cancelled extends Error {}

/** Captures under way: each records its "after", gathers, packs and writes, in turns with everything else. */
export class Captures {
  readonly #context: EngineContext;
  readonly #library: SnapshotLibrary;
  readonly #spans: Spans;
  readonly #ring: () => Ring;
  readonly #jobs = new Map<number, SnapshotJob>();
  readonly #stop = new Map<number, () => void>();
  #next = 1;

  constructor(context: EngineContext, library: SnapshotLibrary, spans: Spans, ring: () => Ring) {
    this.#context = context;
    this.#library = library;
    this.#spans = spans;
    this.#ring = ring;
  }

  jobs(): readonly SnapshotJob[] {
    return [...this.#jobs.values()];
  }

  /** Tells viewers that the list is another; the newest job stands for it. */
  tell(): void {
    const last = this.jobs().at(-1);
    if (last) this.#context.broadcast('snapshot', last);
  }

  /** @throws FaultError where nothing was recorded yet, or too many are under way */
  start(order: CaptureOrder): SnapshotJob {
    if (!this.#ring().topology)
      throw new FaultError('nothing-yet', 'Nothing was recorded yet', 'Wait until the first numbers are there.');
    if (this.#stop.size >= AT_ONCE)
      throw new FaultError(
        'busy',
        `${AT_ONCE} snapshots are being taken already`,
        'Wait for one of them, or cancel it.',
      );
    const job = this.#next++;
    const { title, reason } = order;
    const begun: SnapshotJob = {
      ...{ job, title, reason, state: order.afterMs > 0 ? 'recording' : 'gathering' },
      ...{ done: 0, bytes: 0, file: '', trouble: '' },
    };
    this.#set(begun);
    let wake = () => {};
    let cancelled = false;
    this.#stop.set(job, () => {
      cancelled = true;
      wake();
    });
    const check = () => {
      if (cancelled) throw new Cancelled();
    };
    const sleep = (ms: number) =>
      new Promise<void>((resolve) => {
        const off = this.#context.clock.later(resolve, ms);
        wake = () => {
          off();
          resolve();
        };
      });
    void this.#run(job, order, { check, sleep });
    return begun;
  }

  /** As `start`, of its own accord: nobody hears of a fault, so that it stands in the list. */
  startUnasked(order: CaptureOrder): void {
    try {
      this.start(order);
    } catch (error) {
      const { title, reason } = order;
      const trouble = troubleOf(error);
      this.#set({ job: this.#next++, title, reason, state: 'failed', done: 0, bytes: 0, file: '', trouble });
    }
  }

  cancel(job: number): null {
    this.#stop.get(job)?.();
    return null;
  }

  close(): void {
    for (const stop of this.#stop.values()) stop();
  }

  #set(job: SnapshotJob): void {
    const before = this.#jobs.get(job.job);
    this.#jobs.set(job.job, job);
    const ended = [...this.#jobs.keys()].filter((id) => !this.#stop.has(id) && id !== job.job);
    for (const id of ended.slice(0, Math.max(0, ended.length - MOST_ENDED))) this.#jobs.delete(id);
    const moved = !before || before.state !== job.state || Math.abs(before.done - job.done) >= TELL_EACH;
    if (moved) this.#context.broadcast('snapshot', job);
    else this.#jobs.set(job.job, { ...job, done: before.done });
  }

  #step(job: number, change: Partial<SnapshotJob>): void {
    this.#set({ ...(this.#jobs.get(job) as SnapshotJob), ...change });
  }

  async #run(job: number, order: CaptureOrder, work: Work): Promise<void> {
    const { clock } = this.#context;
    const at = order.at ?? clock.now();
    const [from, to] = [at - order.beforeMs, at + order.afterMs];
    const release = this.#ring().hold(from);
    try {
      while (clock.now() < to) {
        await work.sleep(Math.min(1000, to - clock.now()));
        work.check();
        this.#step(job, { state: 'recording', done: 1 - Math.max(0, to - clock.now()) / order.afterMs });
      }
      const file = await this.#take(job, order, { at, from, to }, work);
      this.#step(job, { state: 'done', done: 1, file });
    } catch (error) {
      if (error instanceof Cancelled) this.#step(job, { state: 'cancelled' });
      else this.#step(job, { state: 'failed', trouble: troubleOf(error) });
    } finally {
      release();
      this.#stop.delete(job);
    }
  }

  async #take(
    job: number,
    order: CaptureOrder,
    { at, from, to }: { at: number; from: number; to: number },
    { check }: Work,
  ): Promise<string> {
    const progress = (state: 'gathering' | 'packing', done: number, bytes: number) => {
      check();
      this.#step(job, bytes > 0 ? { state, done, bytes } : { state, done });
    };
    const ring = this.#ring();
    const plan = pastPlan(this.#context, from, to, ring.times());
    const past = plan === null ? null : await readPast(this.#context, plan, (done) => progress('gathering', done, 0));
    const before = past?.ring;
    const whole = ring.topology as Topology;
    const topology = scopeOf(whole, order.scope);
    if (order.scope !== '' && topology === whole)
      throw new FaultError('no-place', `There is no place ${order.scope}`, 'Choose a place of the floor plan.');
    const chunks = [...(before?.chunks(from, to) ?? []), ...ring.chunks(from, to)];
    const writer = await gather(chunks, topology, { from, to, stepMs: 0 }, progress);
    if (writer.instants === 0)
      throw new FaultError(
        'nothing-then',
        ['Nothing was recorded in this window', ...(past?.missing ?? [])].join('. '),
        'Choose a later window.',
      );
    const { papers, missing } = await this.#papers(order, { at, from, to }, topology);
    missing.push(...(past?.missing ?? []));
    const first = [...(before?.times() ?? []), ...ring.times()].find((time) => time >= from) ?? to;
    const { pollMs } = this.#context.settings();
    if (first - from > 2 * pollMs) missing.push(`Nothing is recorded before ${formatTime(first)}`);
    const lost = order.scope === '' ? this.#lost(ring, topology, from, to) : 0;
    if (lost > 0) missing.push(`${lost} objects that were gone by the end are left out`);
    const draft = writer.finish();
    const { names: _, ...document } = redact(
      {
        cover: this.#cover(order, at, missing, plan && past && pastOrigins(this.#context, plan, past)),
        topology,
        papers,
      },
      order.redact,
      sentenceWith(draft.run, papers.limits, at),
    );
    // The key is the same in all files of a profile: beside names that were replaced it would tell whose they are.
    const sign = order.redact.length > 0 ? undefined : signer(join(this.#context.folder, KEY_FILE));
    const { bytes } = await pack({ ...document, draft }, sign, progress);
    check();
    const { quotaBytes } = this.#context.settings().snapshots;
    await this.#library.makeRoom(bytes.length, quotaBytes, ({ manifest }) => manifest?.made.reason !== 'alert');
    const about = { note: order.note, tags: order.tags };
    return this.#library.add(nameOf(at, order), bytes, about, (written) => {
      check();
      this.#step(job, { state: 'writing', done: written / bytes.length, bytes: bytes.length });
    });
  }

  /** Objects of earlier instants that the last one does not have. */
  #lost(ring: Ring, topology: Topology, from: number, to: number): number {
    const seen = new Set<Topology>();
    for (const chunk of ring.topologies(from, to)) seen.add(chunk);
    let most = 0;
    for (const one of seen) most = Math.max(most, objectsLost(one, topology));
    return most;
  }

  #cover(order: CaptureOrder, at: number, missing: readonly string[], past: readonly Origin[] | null) {
    const { clock, sources, settings } = this.#context;
    const { pollMs } = settings();
    return {
      ...{ id: randomBytes(16).toString('hex'), title: order.title, at, scope: order.scope },
      made: { at: clock.now(), by: order.who, reason: order.reason, version: ownVersion() },
      origins: [
        ...(past ?? []),
        ...sources().map((source) => originOf(source.settings, source.queries?.() ?? [], pollMs)),
      ],
      ...{ redacted: [], missing },
    };
  }

  async #papers(order: CaptureOrder, { at, from, to }: { at: number; from: number; to: number }, topology: Topology) {
    const cables = new FabricFileReader().read(cableFiles(this.#context)).rows;
    const settings = this.#context.settings();
    const { missing, ...alerts } = await alertPapers(this.#context, { from, to, scope: order.scope });
    const papers: Papers = {
      ...{ limits: limitsOf(settings), sources: this.#spans.within(from, to), settings: settingsPart(settings) },
      ...alerts,
      cables: order.scope === '' ? cables : cablesWithin(cables, topology),
      notes: order.note === '' ? [] : [{ time: at, who: order.who, path: order.scope, text: order.note }],
    };
    return { papers, missing: [...missing] };
  }
}

interface Work {
  /** Throws once the job was called off. */
  check(): void;
  sleep(ms: number): Promise<void>;
}

function troubleOf(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENOSPC') return 'The disk is full. Make room and take it again; the ring still has these minutes.';
  const { message, hint } = faultOf(error);
  return `${message} ${hint}`;
}

/** `a2-20261125T143210Z`: what it is about and when, safe on every file system; no place where places are replaced. */
function nameOf(at: number, { scope, redact: kinds }: CaptureOrder): string {
  const place = (kinds.some((kind) => kind === 'places' || kind === 'hosts') ? 'snapshot' : scope)
    .slice(scope.lastIndexOf('/') + 1)
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '');
  const time = new Date(at)
    .toISOString()
    .replace(/\.\d+Z$/, 'Z')
    .replace(/[-:]/g, '');
  return `${place || 'fleet'}-${time}`;
}
