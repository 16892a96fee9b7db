import type { EngineEvent } from '../../shared/contract.ts';
import { staleAfter } from '../../shared/recorded/rounds.ts';
import type { LinkState } from '../link/link.ts';

/** What is known of the newest frame for telling its age. */
export interface Received {
  /** The engine's clock when the frame was made, epoch ms. */
  readonly time: number;
  /** Newest sample in it by the engine's clock, epoch ms; null when nothing was ever read. */
  readonly sampled: number | null;
  readonly pollMs: number;
  readonly staleMs: number;
  /** How old what is newest gets in a round of a server's rules, ms; null where it is read as it is. */
  readonly roundMs: number | null;
  /** When the frame came, on both of the viewer's clocks: steady (stops while the machine sleeps) and wall. */
  readonly steady: number;
  readonly wall: number;
}

/**
 * `waiting`: no sample was ever seen. `live` up to 3 polls while link and engine are up, `late` up to the stale limit,
 * `stale` beyond (ui.md 5): every number is removed then, whether frames still come or not. What a server records is live
 * for 3 polls more than its rounds take, and stale as the engine has it (recorded/rounds.ts).
 */
export type FreshState = 'waiting' | 'live' | 'late' | 'stale';

export interface Freshness {
  readonly state: FreshState;
  /** Age of the newest sample, ms; null while waiting. */
  readonly ageMs: number | null;
  /** The engine's clock now as the viewer reckons it, epoch ms. */
  readonly now: number;
  /** Why there is no number at all: nothing is recorded of the time that is shown. Left out where there may be some. */
  readonly missing?: string;
  /** Why nothing new may come; '' when link and engine are up. */
  readonly trouble: string;
}

const LIVE_POLLS = 3;

/**
 * The age of what is on the screen, by the engine's clock: the viewer only measures the time since the frame came,
 * so a viewer whose clock is wrong still shows the right age. Of its two clocks the one that saw more time pass
 * counts, since the steady one stops while a laptop sleeps.
 */
export function freshnessOf(
  frame: Received | null,
  clock: { readonly steady: number; readonly wall: number },
  link: LinkState,
  engine: EngineEvent | null,
): Freshness {
  const trouble = troubleOf(link, engine);
  if (frame === null) return { state: 'waiting', ageMs: null, now: clock.wall, trouble };
  const passed = Math.max(0, clock.steady - frame.steady, clock.wall - frame.wall);
  const now = frame.time + passed;
  if (frame.sampled === null) return { state: 'waiting', ageMs: null, now, trouble };
  // A source whose clock leads gives samples of the future: their age is 0, and the skew is told elsewhere.
  const ageMs = Math.max(0, now - frame.sampled);
  // Nothing is live of which the next is not on its way, however young it is.
  const staleMs = shownFor(frame);
  // Who is let in no more has nothing to look at, however young.
  if (link.kind === 'refused') return { state: 'stale', ageMs, now, trouble };
  const live =
    trouble === '' ? Math.min(LIVE_POLLS * frame.pollMs + (frame.roundMs ?? 0), staleMs) : Number.NEGATIVE_INFINITY;
  return { state: ageMs <= live ? 'live' : ageMs <= staleMs ? 'late' : 'stale', ageMs, now, trouble };
}

/** For how long the newest sample may be shown, ms. */
export const shownFor = ({ staleMs, roundMs }: Pick<Received, 'staleMs' | 'roundMs'>): number =>
  staleAfter(roundMs === null ? Number.NaN : roundMs / 1000, staleMs);

function troubleOf(link: LinkState, engine: EngineEvent | null): string {
  if (link.kind === 'lost') return 'Connection to Fleetwatt lost; trying again';
  if (link.kind === 'refused') return link.reason;
  if (link.kind === 'open' && engine?.state === 'down') return 'Engine stopped; restarting';
  return '';
}
