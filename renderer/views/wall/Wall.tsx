import { useEffect, useMemo, useRef, useState } from 'react';
import type { LayoutDocument, ViewFrame } from '../../../shared/contract.ts';
import { formatAge } from '../../../shared/format.ts';
import { useAlerts } from '../../ask/alerts.ts';
import { useHistory } from '../../ask/ask.ts';
import { useConsole } from '../../live/console.tsx';
import type { Freshness } from '../../live/freshness.ts';
import { useIsOver } from '../../live/travel.tsx';
import { Kbd } from '../../parts/Kbd.tsx';
import parts from '../../parts/parts.module.css';
import { useKeys } from '../keys.ts';
import type { Go, Route } from '../route.ts';
import { type Interrupt, playlistOf, SLIDE_SIGNALS, type SlideView, showingAt } from './rotation.ts';
import { useHiddenCursor, useScale, useWakeLock } from './use-wall.ts';
import { WallNumeral } from './WallFigures.tsx';
import { WallMap } from './WallMap.tsx';
import { WallAlerts, WallFoot, WallHeader } from './WallParts.tsx';
import { WallSettings } from './WallSettings.tsx';
import styles from './wall.module.css';
import {
  arcminOf,
  brightnessAt,
  dimTimesOf,
  orbitAt,
  PANEL,
  READABLE_ARCMIN,
  reloadedAt,
  SMALLEST_PX,
  upsideDown,
} from './wall-care.ts';
import { type Cause, causesOf, unknownOf } from './wall-causes.ts';
import { type LastFigure, linesOf, valuesOf, viewFigure, type WallFigure, worstBudget } from './wall-panels.ts';
import { storedWall } from './wall-settings.ts';

interface Props {
  readonly layout: LayoutDocument | null;
  readonly frame: ViewFrame | null;
  readonly freshness: Freshness;
  readonly route: Route;
  readonly go: Go;
  readonly onLeave: () => void;
}

const WORDS = { 3600000: 'last hour' } as Readonly<Record<number, string>>;
/** As many as stand in a line under a figure or in the foot. */
const MOST_LETTERS = 31;
const NO_CAUSES: readonly Cause[] = [];

/**
 * The wall: read from five metres, unattended, day and night. Everything of it is set in its address (`views`, `panel`,
 * `metres`, `dim`, `orbit`), so that a display needs nothing but that. An address that says nothing gets what was saved here.
 */
export function Wall(props: Props) {
  const { layout, frame, freshness, route, go } = props;
  const { now } = freshness;
  const playlist = playlistOf(route.params.views);
  const alerts = useAlerts(frame?.alerts.version ?? 0);
  const incidents = useMemo(() => (alerts.data ? causesOf(alerts.data) : NO_CAUSES), [alerts.data]);
  const unknown = unknownOf(alerts.data, frame?.alerts, alerts.isError);
  const interrupt = useInterrupt(incidents, now);
  const showing = showingAt(playlist, now, interrupt);
  const signal = SLIDE_SIGNALS[showing.slide.view];
  const { live } = useConsole();
  useEffect(() => live.watch({ signal, gpus: false, racks: [] }), [live, signal]);
  const holder = useRef<HTMLElement>(null);
  const scale = useScale(holder);
  const idle = useHiddenCursor();
  useWakeLock();
  useKeys({ Escape: props.onLeave, w: props.onLeave });
  const lost = freshness.state === 'stale' || freshness.state === 'waiting';
  const quiet = useQuietSince(incidents.length === 0 && unknown === '' && !lost, now);
  const moves = route.params.orbit !== 'off';
  const [x, y] = moves ? orbitAt(now) : [0, 0];
  return (
    <main
      ref={holder}
      className={styles.wall}
      data-idle={idle}
      data-flipped={moves && upsideDown(now)}
      data-theme="dark"
      aria-label="Wall"
      style={{ opacity: brightnessAt(now, quiet, dimTimesOf(route.params.dim)) }}
    >
      <div className={styles.stage} style={{ transform: `scale(${scale}) translate(${x}px, ${y}px)` }}>
        <WallHeader
          site={layout === null ? 'Fleetwatt' : siteOf(layout)}
          playlist={playlist}
          showing={showing}
          counts={lost || frame === null ? null : { ...frame.alerts.counts, nodata: frame.summary.silentNodes }}
          freshness={freshness}
          pollMs={frame?.pollMs ?? 5000}
          frameTime={frame?.time ?? 0}
          hasSource={frame?.sources.length !== 0}
          isOver={useIsOver()}
        />
        <Middle
          {...props}
          view={showing.slide.view}
          rangeMs={showing.slide.rangeMs}
          {...{ lost, incidents, unknown }}
        />
        <WallFoot
          {...{ incidents, unknown, now }}
          reloaded={reloadedAt(window.location.search, now)}
          lost={lost ? whyOf(frame, freshness) : ''}
          {...lostWords(freshness)}
        />
        <Advice route={route} />
      </div>
      <Settings {...{ idle, route, go }} />
    </main>
  );
}

/** The door to the wall's settings, seen while the pointer moves. */
function Settings({ idle, route, go }: Pick<Props, 'route' | 'go'> & { idle: boolean }) {
  const [open, setOpen] = useState(false);
  useKeys({ s: () => setOpen(true) });
  useEffect(() => {
    // An address that says nothing of the wall becomes the one of what was saved here.
    const params = storedWall();
    if (Object.keys(route.params).length === 0 && Object.keys(params).length > 0) go({ view: 'wall', params }, true);
  }, [route, go]);
  return (
    <>
      {idle ? null : (
        <button type="button" className={`${parts.button} ${styles.settings}`} onClick={() => setOpen(true)}>
          Wall settings <Kbd>S</Kbd>
        </button>
      )}
      <WallSettings
        open={open}
        onClose={() => setOpen(false)}
        params={route.params}
        onSave={(params) => go({ view: 'wall', params }, true)}
      />
    </>
  );
}

function Middle(
  props: Props & { view: SlideView; rangeMs: number; lost: boolean; incidents: readonly Cause[]; unknown: string },
) {
  const { layout, frame, view, lost, freshness } = props;
  const { now } = freshness;
  const minute = Math.floor(now / 60_000) * 60_000;
  const lines = layout === null || frame === null ? [] : linesOf(view, frame.summary, layout.start[1]);
  const series = lines.flatMap((line) => line ?? []);
  const history = useHistory(series, props.rangeMs, minute, series.length > 0 && !lost);
  const figures = useLastFigures(layout, frame, view, lost);
  if (layout === null || frame === null)
    return <p className={styles.waiting}>{freshness.trouble === '' ? 'Loading the fleet' : freshness.trouble}</p>;
  const why = whyOf(frame, freshness);
  const range = WORDS[props.rangeMs] ?? `last ${formatAge(props.rangeMs).replace(' 0 min', '').replace(' 0 s', '')}`;
  return (
    <div className={styles.middle}>
      <div className={styles.figures}>
        {figures.map(({ figure, last, line }) => (
          <WallNumeral
            key={figure.title}
            figure={figure}
            lost={lost ? { last, why: line === 0 && last?.figure.severity ? 'Treat as near cap' : why } : null}
            line={valuesOf(history.data, series, lines[line] ?? null)}
            range={range}
          />
        ))}
      </div>
      {view === 'alerts' && !lost ? (
        <WallAlerts incidents={props.incidents} unknown={props.unknown} now={now} />
      ) : (
        <WallMap
          layout={layout}
          frame={lost || frame.signal !== SLIDE_SIGNALS[view] ? null : frame}
          awaited={!lost && frame.signal !== SLIDE_SIGNALS[view]}
        />
      )}
    </div>
  );
}

/** The two figures of now, each with what it last was while there was data. */
function useLastFigures(layout: LayoutDocument | null, frame: ViewFrame | null, view: SlideView, lost: boolean) {
  const last = useRef<Partial<Record<string, LastFigure>>>({});
  if (layout === null || frame === null) return [];
  const input = { layout, summary: frame.summary, warnRatio: frame.warnRatio, critRatio: frame.critRatio };
  const told = (key: string, figure: WallFigure, line: number) => {
    if (!lost && figure.value !== '') last.current[key] = { figure, at: frame.sampled ?? frame.time };
    return { figure, last: last.current[key] ?? null, line };
  };
  return [told('worst', worstBudget(input), 0), told(view, viewFigure(view, input), 1)];
}

/** A critical cause that was not there before takes the wall to its view; those of the first answer are no news. */
function useInterrupt(incidents: readonly Cause[], now: number): Interrupt | null {
  const known = useRef<ReadonlySet<string> | null>(null);
  const clock = useRef(now);
  clock.current = now;
  const [interrupt, setInterrupt] = useState<Interrupt | null>(null);
  useEffect(() => {
    const critical = incidents.filter(({ severity }) => severity === 'critical');
    const fresh = critical.find(({ id }) => known.current !== null && !known.current.has(id));
    if (incidents !== NO_CAUSES) known.current = new Set(critical.map(({ id }) => id));
    if (fresh) setInterrupt({ view: viewOf(fresh), at: clock.current });
  }, [incidents]);
  return interrupt;
}

const viewOf = ({ domain, title }: Cause): SlideView =>
  domain === 'fabric'
    ? 'fabric'
    : /therm|temperature|°C/i.test(title)
      ? 'thermal'
      : domain === 'power'
        ? 'power'
        : 'alerts';

/** Since when nothing has fired; null while something does. */
function useQuietSince(quiet: boolean, now: number): number | null {
  const since = useRef<number | null>(null);
  if (!quiet) since.current = null;
  else since.current ??= now;
  return since.current;
}

const lostWords = ({ ageMs }: Freshness) =>
  ageMs === null
    ? { lostTitle: 'No data yet', lostSince: '' }
    : { lostTitle: 'Data is lost', lostSince: formatAge(ageMs) };

function whyOf(frame: ViewFrame | null, { trouble, ageMs }: Freshness): string {
  // What follows from it is read at the desk.
  if (trouble !== '') return trouble.length > MOST_LETTERS ? (trouble.split(/[.;] /, 1)[0] ?? '') : trouble;
  if (frame === null) return 'Reading for the first time';
  if (frame.sources.length === 0) return 'No source connected';
  const silent = frame.sources.find(({ fault }) => fault !== null);
  if (silent) return `${silent.name} does not answer`;
  return ageMs === null ? `Reading ${frame.sources[0].name}` : 'No new samples';
}

const siteOf = ({ start, name }: LayoutDocument) =>
  start[1] === 0 ? 'Fleetwatt' : start[1] === 1 ? name[0] : `${start[1]} sites`;

/** Says once, at the foot, when the letters are too small for the panel and the distance that were named. */
function Advice({ route }: { route: Route }) {
  const inches = Number(route.params.panel ?? PANEL.inches);
  const metres = Number(route.params.metres ?? PANEL.metres);
  if (!(inches > 0) || !(metres > 0)) return null;
  const arcmin = arcminOf({ inches, metres }, SMALLEST_PX);
  if (arcmin >= READABLE_ARCMIN) return null;
  return (
    <p className={styles.advice}>
      On {inches} inches from {metres} m letters take {arcmin.toFixed(1)} of {READABLE_ARCMIN} arc minutes: a larger
      panel, or stand nearer.
    </p>
  );
}
