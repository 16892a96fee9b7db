import type { SourceHealth } from '../contract/sources.ts';
import type { EpochMs } from '../units.ts';
import { AlertBook } from './book.ts';
import type { Constants } from './condition.ts';
import { type Line, linesOf, loudestFirst } from './incidents.ts';
import { alertOf, mute } from './loud.ts';
import { AlertObjects } from './objects.ts';
import { pack } from './pack.ts';
import { siteFeedsOf } from './place-quantities.ts';
import { compileRule } from './rules.ts';
import type { AlertScene } from './scene.ts';

/** The pack, but that nothing is waited for. */
const atOnce = pack.map((rule) => compileRule({ ...rule, forMs: 0, keepFiringForMs: 0 }));

/** What an instant brings to be judged by. */
export type Held = Pick<AlertScene, 'frame' | 'power' | 'slope' | 'capMin' | 'heardAt' | 'links' | 'memory'> & {
  readonly now: EpochMs;
  readonly sources: readonly SourceHealth[];
};

/**
 * Which conditions of the pack hold at one instant, whatever came before: for what was recorded and is played where no
 * alert engine runs. Live, the engine's own alerts are shown instead.
 */
export function heldNow(instant: Held, constants: Constants): readonly Line[] {
  const { frame, sources: health } = instant;
  const cache = new Map<string, unknown>();
  const sources = health.map(({ name, state, fault }) => ({ name, site: '', state, fault: fault?.message ?? '' }));
  const objects = new AlertObjects(frame.topology, siteFeedsOf({ frame, cache }), sources, []);
  const book = new AlertBook();
  book.setRules(atOnce);
  book.pass({ ...instant, sources, objects, constants, cache, leaves: [], failedPasses: [], complete: true });
  mute(book.records.values(), { mutesOf: () => [] }, objects, instant.now);
  const alerts = loudestFirst([...book.records.values()].map((record) => alertOf(record, objects)));
  return linesOf(alerts, frame.topology);
}
