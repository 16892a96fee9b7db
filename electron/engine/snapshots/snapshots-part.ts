import type { SnapshotLibrary as Listing, SnapshotSize } from '../../../shared/contract/snapshots.ts';
import type { CallArg, CallParsed } from '../../../shared/contract.ts';
import { csvOf } from '../../../shared/snapshot/export/csv.ts';
import { jsonOf } from '../../../shared/snapshot/export/json.ts';
import { markdownOf } from '../../../shared/snapshot/export/markdown.ts';
import { openMetricsOf } from '../../../shared/snapshot/export/openmetrics.ts';
import { SNAPSHOT_ENDING } from '../../../shared/snapshot/manifest.ts';
import { redact } from '../../../shared/snapshot/redact.ts';
import { reportOf } from '../../../shared/snapshot/report/report.ts';
import { Ring } from '../../../shared/snapshot/ring.ts';
import { scopeOf } from '../../../shared/snapshot/scope.ts';
import { sentenceWith } from '../../../shared/snapshot/sentence-at.ts';
import { GPU } from '../../../shared/topology.ts';
import type { Answers, EngineContext, EnginePart } from '../part.ts';
import { openFile, redactFile } from './assemble.ts';
import { Captures } from './captures.ts';
import { digest } from './keys.ts';
import { Leaving } from './leaving.ts';
import { SnapshotLibrary } from './library.ts';
import { embeddedIn } from './report-console.ts';
import { pastPlan, pastWords } from './server-past.ts';
import { Spans } from './spans.ts';

/** Cells that are gone through for packing at once: some milliseconds. */
const PACK_AT_ONCE = 1_000_000;
const PIECE = 384 * 1024;
const DAY_MS = 86_400_000;
const FORGET_EVERY_MS = 3_600_000;

const TYPES = {
  html: 'text/html',
  csv: 'text/csv',
  json: 'application/json',
  openmetrics: 'application/openmetrics-text',
  md: 'text/markdown',
} as const;

/** Snapshots: the ring of the last minutes, captures, the library. */
export class SnapshotsPart implements EnginePart {
  readonly #context: EngineContext;
  readonly #library: SnapshotLibrary;
  readonly #captures: Captures;
  readonly #spans = new Spans();
  readonly #leaving: Leaving;
  #ring: Ring;
  #ringFor = '';
  #lastFired = Number.POSITIVE_INFINITY;
  #lastAutomatic = Number.NEGATIVE_INFINITY;
  #prepared: Promise<void> | null = null;
  #forgotAt = Number.NEGATIVE_INFINITY;

  readonly answers: Answers = {
    snapshots: () => this.#list(),
    sizeSnapshot: (arg) => this.#size(arg),
    takeSnapshot: async (arg) => {
      await this.#ready();
      return this.#captures.start(arg);
    },
    cancelSnapshot: ({ job }) => this.#captures.cancel(job),
    describeSnapshot: async ({ file, note, tags }) => {
      this.#library.describe(file, { note, tags });
      return this.#library.row(file);
    },
    removeSnapshot: async ({ file }) => this.#library.move(file, true).then(() => null),
    restoreSnapshot: async ({ file }) => this.#library.move(file, false).then(() => null),
    readSnapshot: async ({ file, from }) => {
      const { bytes, piece } = await this.#library.piece(file, from, PIECE);
      return { bytes, base64: piece.toString('base64') };
    },
    previewRedaction: (arg) => this.#preview(arg),
    exportSnapshot: (arg) => this.#export(arg),
    exportPiece: ({ form }) => this.#leaving.piece(form),
  };

  constructor(context: EngineContext) {
    this.#context = context;
    this.#library = new SnapshotLibrary(context.folder);
    this.#leaving = new Leaving(context.clock);
    this.#ring = this.#newRing();
    this.#captures = new Captures(context, this.#library, this.#spans, () => this.#ring);
  }

  #newRing(): Ring {
    const { ringBytes, ringMinutes } = this.#context.settings().snapshots;
    this.#ringFor = `${ringBytes} ${ringMinutes}`;
    return new Ring({ bytes: ringBytes, keepMs: ringMinutes * 60_000 });
  }

  /** The folder is made when it is first needed: most engines never take a snapshot. */
  #ready(): Promise<void> {
    this.#prepared ??= this.#library.prepare().catch((error) => {
      // The disk may have room again the next time.
      this.#prepared = null;
      throw error;
    });
    return this.#prepared;
  }

  tick(now: number, polled: boolean): void {
    const { ringBytes, ringMinutes } = this.#context.settings().snapshots;
    if (this.#ringFor !== `${ringBytes} ${ringMinutes}`) this.#ring = this.#newRing();
    if (Math.abs(now - this.#forgotAt) >= FORGET_EVERY_MS) {
      this.#forgotAt = now;
      // Also where nobody ever looks at the list.
      void this.#library.forgetAside(now).catch(() => {});
    }
    const current = this.#context.view().current();
    if (!polled || !current) return;
    this.#ring.add(current.frame);
    this.#spans.add(current, this.#context.fleet().badSamples, now - ringMinutes * 60_000);
    void this.#takeByItself(now);
  }

  work(): boolean {
    return this.#ring.work(PACK_AT_ONCE);
  }

  /** Takes one when an alert of the chosen severity fires, not more often than the settings say. */
  async #takeByItself(now: number): Promise<void> {
    const { onAlert, everyMs, keepDays } = this.#context.settings().snapshots;
    if (onAlert === 'never') return;
    const reply = await this.#context.ask('alerts', {}).catch(() => null);
    const severities = onAlert === 'critical' ? ['critical'] : ['critical', 'warning'];
    const fired = (reply?.alerts ?? []).filter(
      ({ firedAt, severity }) => firedAt !== null && severities.includes(severity),
    );
    const newest = Math.max(Number.NEGATIVE_INFINITY, ...fired.map(({ firedAt }) => firedAt as number));
    const isNew = newest > this.#lastFired;
    // What fired before this engine looked is not new.
    this.#lastFired = Number.isFinite(this.#lastFired) ? Math.max(this.#lastFired, newest) : Math.max(newest, 0);
    if (!isNew || now - this.#lastAutomatic < everyMs) return;
    this.#lastAutomatic = now;
    const alert = fired.find(({ firedAt }) => firedAt === newest);
    // A folder that cannot be made is told by the capture itself.
    await this.#ready().catch(() => {});
    await this.#forgetOld(now - keepDays * DAY_MS);
    this.#captures.startUnasked({
      ...{ title: alert?.title ?? 'An alert fired', beforeMs: 900_000, afterMs: 300_000, scope: '', who: '' },
      ...{ note: '', tags: [], redact: [], reason: 'alert' },
    });
  }

  async #forgetOld(before: number): Promise<void> {
    for (const { file, manifest, written, keptUntil } of this.#library.rows())
      if (keptUntil === null && manifest?.made.reason === 'alert' && written < before)
        await this.#library.move(file, true).catch(() => {});
  }

  async #list(): Promise<Listing> {
    await this.#ready();
    await this.#library.forgetAside(this.#context.clock.now());
    // Told by an event once they are looked into, so that a large folder does not keep a page waiting.
    void this.#library.check().then((any) => any && this.#captures.tell());
    const { quotaBytes } = this.#context.settings().snapshots;
    const rows = this.#library.rows();
    const bytes = rows.reduce((sum, row) => sum + row.bytes, 0);
    return { rows, jobs: this.#captures.jobs(), bytes, quotaBytes, folder: this.#library.folder };
  }

  #size({ at, beforeMs, afterMs, scope }: CallParsed<'sizeSnapshot'>): SnapshotSize {
    const moment = at ?? this.#context.clock.now();
    const [from, to] = [moment - beforeMs, moment + afterMs];
    const recorded = this.#ring.times().filter((time) => time >= from && time <= to).length;
    const plan = pastPlan(this.#context, from, to, this.#ring.times());
    const known = recorded + (plan?.count ?? 0);
    const begins = this.#ring.times().find((time) => time >= from) ?? null;
    const lacksUntil = begins !== null && begins - from > 2 * this.#context.settings().pollMs ? begins : null;
    const ahead = Math.max(
      0,
      Math.floor((to - Math.max(from, this.#context.clock.now())) / this.#context.settings().pollMs),
    );
    const whole = this.#ring.topology;
    const part = whole && scopeOf(whole, scope);
    const count = (topology: typeof whole) => (topology ? topology.start[GPU + 1] - topology.start[GPU] : 0);
    const share = count(whole) > 0 ? count(part) / count(whole) : 1;
    const instants = known + ahead;
    const places = part?.parent.length ?? 0;
    // The places are JSON, which packs to some 12 bytes each.
    const bytes = Math.round(instants * share * this.#ring.bytesPerInstant + places * 12 + 4000);
    return { from, to, instants, gpus: count(part), bytes, past: pastWords(plan, recorded, lacksUntil) };
  }

  async #preview({ file, redact: kinds }: CallArg<'previewRedaction'>) {
    const { snapshot } = openFile(await this.#library.read(file), file);
    const { manifest, topology, papers, run } = snapshot;
    const sentence = sentenceWith(run, papers.limits, manifest.at);
    const { names, cover } = redact({ cover: manifest, topology, papers }, kinds, sentence);
    const all = new Set(cover.redacted);
    const removed = [
      ...(all.has('notes') && papers.notes.length > 0 ? [`${papers.notes.length} notes`] : []),
      ...(all.has('notes') && papers.journal.length > 0 ? ['Texts of the journal'] : []),
      ...(all.has('urls') ? ['Addresses of sources, and what they said of faults'] : []),
      ...(kinds.length > 0 ? ['Settings, but for their numbers'] : []),
    ];
    return { names, title: cover.title, removed };
  }

  async #export({ file, format, redact: kinds }: CallParsed<'exportSnapshot'>) {
    const opened = openFile(await this.#library.read(file), file);
    const bytes = kinds.length > 0 ? (await redactFile(opened, kinds)).bytes : await this.#library.read(file);
    const name = kinds.length > 0 ? `snapshot-${opened.snapshot.manifest.id.slice(0, 8)}` : file;
    if (format === 'fwsnap') return this.#leave(`${name}${SNAPSHOT_ENDING}`, 'application/zip', [Buffer.from(bytes)]);
    const leaving = kinds.length > 0 ? openFile(bytes, file) : opened;
    const { snapshot } = leaving;
    const choice = { signals: null, under: '' };
    const texts = {
      csv: () => csvOf(snapshot, choice),
      json: () => jsonOf(snapshot, choice),
      openmetrics: () => openMetricsOf(snapshot, choice),
      md: () => [markdownOf(snapshot, leaving.digest)],
      html: () => reportOf(leaving, digest, embeddedIn(bytes)),
    }[format]();
    return this.#leave(`${name}.${format === 'openmetrics' ? 'om.txt' : format}`, TYPES[format], texts);
  }

  #leave(name: string, type: string, texts: Iterable<string | Buffer>) {
    return { name, type, form: this.#leaving.begin(texts) };
  }

  close(): void {
    this.#leaving.close();
    this.#captures.close();
  }
}
