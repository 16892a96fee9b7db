import { useMemo, useRef } from 'react';
import type { HistoryReply } from '../../../shared/contract/history.ts';
import type { LayoutDocument, ViewFrame } from '../../../shared/contract.ts';
import { formatAge, formatTime } from '../../../shared/format.ts';
import { useOnsets } from '../../ask/alerts.ts';
import { useHistory } from '../../ask/ask.ts';
import { useConsole } from '../../live/console.tsx';
import type { Freshness } from '../../live/freshness.ts';
import { usePastPosition, useTravel } from '../../live/travel.tsx';
import parts from '../../parts/parts.module.css';
import { historyChart } from '../../save/documents.ts';
import { useSavable } from '../../save/savable.ts';
import type { Gone } from '../gone.ts';
import { type LaneSeries, laneSeries, lanesOf, seriesLabel } from './lanes.ts';
import styles from './overview.module.css';
import type { OverviewState } from './overview-state.ts';
import { type Scrub, TimeStrip } from './time-strip/TimeStrip.tsx';
import { windowEnd } from './time-strip/window.ts';

interface Props {
  readonly layout: LayoutDocument;
  readonly frame: ViewFrame;
  readonly state: OverviewState;
  readonly freshness: Freshness;
  readonly paused: boolean;
  readonly gone: Gone | null;
}

/** The time strip of the overview: the last hours of what matters, and the scrubber that moves the page through them. */
export function Strip(props: Props) {
  const { layout, frame, state } = props;
  const { replay } = useConsole();
  const { past } = useTravel();
  const scrub = useScrub(frame.pollMs);
  const shown = props.paused || past ? frame.time : props.freshness.now;
  const to = useWindowEnd(past ? (scrub?.at ?? null) : null, state.range, shown);
  const series = useSteadySeries(layout, frame, props.gone !== null);
  const history = useHistory(series, state.range, past ? to : frame.time, true);
  const onsets = useOnsets(to - state.range, to, frame.alerts.version);
  const at = scrub?.at ?? shown;
  const lanes = lanesOf(layout, frame, series, history.data, past ? frame.time : undefined);
  useSavable('History', () => {
    const named = series.map((one) => ({
      ...{ name: seriesLabel(layout, one), signal: one.signal, object: layout.path[one.place] },
    }));
    return historyChart('History', named, history.data);
  });
  const isNow = replay === null && !props.paused && scrub?.at == null;
  return (
    <section className={`${parts.panel} ${styles.strip}`} aria-label="History" data-region>
      <TimeStrip
        {...{ lanes, to, at, onsets, scrub }}
        flag={isNow ? 'Now' : formatTime(at).replace(' UTC', '')}
        range={state.range}
        onRange={state.setRange}
        stale={props.gone !== null}
        from={originWords(history.data)}
      />
    </section>
  );
}

/** What the scrubber does; null in a replay, which is moved by its banner. */
function useScrub(pollMs: number): Scrub | null {
  const { traveller } = useTravel();
  const position = usePastPosition();
  if (traveller === null) return null;
  return {
    at: position && (position.wanted ?? position.time),
    stepMs: position?.stepMs ?? pollMs,
    latest: traveller.latest(),
    onSeek: (time) => traveller.to(time),
  };
}

/** Where the axis ends: at the time of the page while that is now, else where it can stand still. */
function useWindowEnd(at: number | null, range: number, shown: number): number {
  const { traveller } = useTravel();
  const held = useRef<number | null>(null);
  if (at === null || traveller === null) {
    held.current = null;
    return shown;
  }
  const now = traveller.now();
  held.current = windowEnd(at, range, held.current ?? now, now);
  return held.current;
}

/** The series of the lanes; where nothing is known of an instant those of the one before are looked for. */
function useSteadySeries(layout: LayoutDocument, frame: ViewFrame, gone: boolean): LaneSeries[] {
  const last = useRef<{ layout: LayoutDocument; series: LaneSeries[] } | null>(null);
  return useMemo(() => {
    if (gone && last.current?.layout === layout) return last.current.series;
    const series = laneSeries(layout, frame);
    last.current = { layout, series };
    return series;
  }, [layout, frame, gone]);
}

const ORIGINS = { memory: 'memory', database: 'database', prometheus: 'Prometheus' } as const;

/** "From Prometheus and memory, every 30 s". */
function originWords(reply: HistoryReply | undefined): string {
  if (!reply) return '';
  const origins = new Set(reply.series.flatMap(({ pieces }) => pieces.map(({ origin }) => ORIGINS[origin])));
  if (origins.size === 0) return '';
  return `From ${[...origins].join(' and ')}, every ${formatAge(reply.stepMs).replace(/ 0 (s|min|h)$/, '')}`;
}
