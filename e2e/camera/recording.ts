import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type DemoOptions, startDemo } from '../../electron/demo/demo.ts';
import { openFile, pack } from '../../electron/engine/snapshots/assemble.ts';
import type { CallResult, ViewFrame } from '../../shared/contract.ts';
import { DEMO_SOURCE_ID, demoSource } from '../../shared/run-sources.ts';
import { SNAPSHOT_ENDING } from '../../shared/snapshot/manifest.ts';
import { draftOfRun } from '../../shared/snapshot/run-writer.ts';
import { type RunningEngine, startEngine } from '../real/engine.ts';
import { SteppedClock } from './stepped-clock.ts';

/** The instant of all pictures. */
export const MOMENT = Date.UTC(2026, 10, 23, 14, 32, 15);
export const POLL_MS = 15_000;
/** By then row A2 of the demo has climbed for a quarter of an hour, and has some minutes left to its cap. */
const BEFORE_MS = 2_025_000;
/** Samples are as old as this at the moment. */
const AGE_MS = 2000;
/** Of the exporters: it stands in what a snapshot says of them. */
const PORT = 29_464;
/** How long nobody answers by the end of the recording of a fleet that went silent. */
const SILENT_MS = 195_000;

/** Recordings that pictures are made from: a fleet in trouble, the same once its exporters went silent, and a calm one. */
const TITLES = {
  alarm: 'Row A2 close to its budget',
  stale: 'Demo fleet silent',
  normal: 'Handover of the day shift',
} as const;
export type RecordingName = keyof typeof TITLES;

/**
 * A snapshot of the seeded demo fleet, read by the engine on a clock that is stepped: made where the folder has none yet.
 * The same sources give the same bytes.
 */
export async function recorded(folder: string, name: RecordingName): Promise<string> {
  const file = fileOf(folder, name);
  mkdirSync(folder, { recursive: true });
  if (existsSync(file)) return file;
  if (name === 'normal') await recordFleet(folder, { nodes: 64, calm: true }, ['normal']);
  else await recordFleet(folder, {}, ['alarm', 'stale']);
  return file;
}

const fileOf = (folder: string, name: RecordingName): string => join(folder, `${name}${SNAPSHOT_ENDING}`);

async function recordFleet(
  folder: string,
  size: Pick<DemoOptions, 'nodes' | 'calm'>,
  [live, silent]: readonly RecordingName[],
): Promise<void> {
  const clock = new SteppedClock(MOMENT - AGE_MS - BEFORE_MS);
  const fleet = await startDemo({ ...size, now: clock.now, port: PORT, folder: join(folder, live, 'fleet') });
  const engine = startEngine({ pollMs: POLL_MS, sources: [demoSource(fleet)] }, clock);
  try {
    await clock.goTo(MOMENT);
    await keep(engine, TITLES[live], BEFORE_MS, fileOf(folder, live));
    if (silent === undefined) return;
    await fleet.close();
    await clock.goTo(MOMENT + SILENT_MS);
    await keep(engine, TITLES[silent], BEFORE_MS + SILENT_MS, fileOf(folder, silent));
  } finally {
    engine.remove();
    await fleet.close();
  }
}

/** What pages ask that no snapshot holds, as the engine answered at its end. */
export interface Beside {
  readonly findings: ViewFrame['findings'];
  readonly alerts: ViewFrame['alerts'];
  readonly sources: ViewFrame['sources'];
  readonly coverage: CallResult<'coverage'>;
  readonly reply: CallResult<'alerts'>;
}

export const besideOf = (file: string): Beside => JSON.parse(readFileSync(`${file}.json`, 'utf8'));

/** Takes a snapshot as an operator does, and writes it under an id that is no accident; beside it what is in none. */
async function keep(engine: RunningEngine, title: string, beforeMs: number, to: string): Promise<void> {
  const { findings, alerts, sources } = await nextFrame(engine);
  const reply = await engine.call('alerts', {});
  const coverage = await engine.call('coverage', { id: DEMO_SOURCE_ID });
  writeFileSync(`${to}.json`, JSON.stringify({ findings, alerts, sources, coverage, reply } satisfies Beside));
  const file = await taken(engine, title, beforeMs);
  const { manifest, topology, papers, run } = openFile(readFileSync(file), to).snapshot;
  const id = createHash('md5').update(title).digest('hex');
  const draft = draftOfRun({ manifest, run });
  writeFileSync(to, (await pack({ cover: { ...manifest, id }, topology, papers, draft }, undefined, () => {})).bytes);
}

/** What a page is sent that begins to look. */
async function nextFrame(engine: RunningEngine): Promise<ViewFrame> {
  const next = engine.until(() => true);
  await engine.call('watch', { signal: 'power', gpus: false, racks: [] });
  return next;
}

async function taken(engine: RunningEngine, title: string, beforeMs: number): Promise<string> {
  const { job } = await engine.call('takeSnapshot', { title, beforeMs, who: 'Operator' });
  for (;;) {
    const { jobs, folder } = await engine.call('snapshots', {});
    const one = jobs.find((any) => any.job === job);
    if (one?.state === 'failed') throw new Error(one.trouble);
    if (one?.state === 'done') return join(folder, `${one.file}${SNAPSHOT_ENDING}`);
    await new Promise((resume) => setImmediate(resume));
  }
}
