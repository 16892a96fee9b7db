import { type ReactNode, useMemo, useRef, useState } from 'react';
import type { LayoutDocument, ViewFrame } from '../../../shared/contract.ts';
import { formatCount } from '../../../shared/format.ts';
import { RampLegend } from '../../draw/RampLegend.tsx';
import { RAMPS, type Ramp } from '../../draw/ramp.ts';
import { faultOf } from '../../link/link.ts';
import type { Freshness } from '../../live/freshness.ts';
import { Dialog } from '../../parts/Dialog.tsx';
import { Kbd } from '../../parts/Kbd.tsx';
import parts from '../../parts/parts.module.css';
import { Segmented } from '../../parts/Segmented.tsx';
import { useSavable } from '../../save/savable.ts';
import type { Theme } from '../../theme/theme.ts';
import type { Gone } from '../gone.ts';
import { KpiCells } from '../overview/KpiStrip.tsx';
import type { Go, Route } from '../route.ts';
import { ElevationStrip } from './ElevationStrip.tsx';
import multiples from './multiples.module.css';
import { RackGrid } from './RackGrid.tsx';
import { RackHeatmap } from './RackHeatmap.tsx';
import { RackInspector } from './RackInspector.tsx';
import { RackPower } from './RackPower.tsx';
import { RackTables } from './RackTables.tsx';
import styles from './rack.module.css';
import { drawChart, gpuChart, gpusTable, throttleChart } from './rack-documents.ts';
import { modelsOf, rackKpis } from './rack-kpi.ts';
import { gpuName, type RackModel, rackNow } from './rack-model.ts';
import { LANES, type RackPast, rangeOf, withNow } from './rack-past.ts';
import { COLUMNS, STEP_MS, useRackState, type Window } from './rack-state.ts';
import { columnsOf, SmallMultiples, sharedScale } from './SmallMultiples.tsx';
import { limitsOf, printed, RACK_VIEWS, type RackView, type ViewOfSignal, viewOfSignal } from './signals.ts';
import { ThrottleLanes } from './ThrottleLanes.tsx';
import { ThrottlePatterns } from './ThrottlePatterns.tsx';
import { useDraws } from './use-draws.ts';
import { useRackKeys } from './use-rack-keys.ts';
import { pastUntil, useRackPast } from './use-rack-past.ts';

export interface RackProps {
  readonly layout: LayoutDocument;
  readonly frame: ViewFrame;
  readonly model: RackModel;
  readonly route: Route;
  readonly go: Go;
  readonly freshness: Freshness;
  readonly paused: boolean;
  readonly theme: Theme;
  readonly gone: Gone | null;
}

/** One rack: the last hour of each GPU, what holds them, the draw against the budget, and each GPU where it stands. */
export function Rack(props: RackProps) {
  const { layout, frame, model, route, go, theme, gone } = props;
  const time = props.paused ? frame.time : props.freshness.now;
  const gridEnd = Math.ceil(time / STEP_MS) * STEP_MS;
  const names = useMemo(
    () => Array.from({ length: model.count }, (_, gpu) => gpuName(layout, model, gpu)),
    [layout, model],
  );
  const state = useRackState(model, gridEnd, names, route, go);
  const [dragged, setDragged] = useState<Window | null>(null);
  const [pointed, setPointed] = useState<{ gpu: number; time: number | null }>({ gpu: -1, time: null });
  const view = useMemo(() => viewOfSignal(state.view), [state.view]);
  const live = gone === null;
  const now = useMemo(() => (live ? rackNow(frame, model) : null), [frame, model, live]);
  const asked = useRackPast(model, state.view, gridEnd);
  const past = useMemo(
    () => withNow(pastUntil(gridEnd, asked.data, model.count), now, view),
    [asked.data, gridEnd, model, now, view],
  );
  const models = useMemo(() => modelsOf(layout, model), [layout, model]);
  const limits = useLimits(state.view, model, rackNow(frame, model), models);
  const draws = useDraws(frame, model, gridEnd, gone === null);
  const [pathOf, nameOf] = [(one: number) => layout.path[model.first + one], (one: number) => names[one]];
  useSavable('GPUs now', () => gpusTable(model, now, pathOf, nameOf));
  useSavable(view.title, () => gpuChart(`Rack ${model.name}: ${view.title}`, view, past, pathOf, nameOf));
  useSavable('Throttle reasons', () => throttleChart(model, past));
  useSavable('Rack power', () => drawChart(model, draws.points));
  const openGpu = (gpu: number) => {
    if (gpu >= 0) go({ view: 'gpu', object: layout.path[model.first + gpu] });
  };
  useRackKeys({ layout, model, state, past, go, openGpu });
  const shown = dragged ?? state.window;
  const message = historyMessage(asked.isError ? asked.error : null, asked.refetch);
  const lost = gone?.lost ?? false;
  const shared = { layout, model, names, now, past, limits, view, theme, lost };
  const gpu = pointed.gpu >= 0 ? pointed.gpu : state.selected;
  return (
    <main className={styles.rack}>
      <ThrottlePatterns theme={theme} />
      <KpiCells
        label={`Rack ${model.name} summary`}
        cells={rackKpis({ layout, model, frame, now, past, gone: gone?.text ?? (now === null ? LOADING : '') })}
        lost={gone === null ? now !== null : gone.lost}
        onGo={(cell) => {
          if (cell.place >= model.first && cell.place < model.first + model.count)
            state.select(cell.place - model.first);
          else if (cell.place >= 0) go({ view: 'overview', object: layout.path[cell.place] });
        }}
      />
      <div className={styles.main}>
        <div className={styles.left}>
          <section className={parts.panel} aria-label={view.title} data-region>
            <HeatHeader
              {...{ model, view, limits, theme }}
              ramp={state.ramp}
              onView={state.setView}
              onRamp={state.setRamp}
            />
            <RackHeatmap
              {...shared}
              {...{ state, message }}
              goneText={gone?.text ?? ''}
              window={shown}
              onDrag={setDragged}
              onHover={(at, when) => setPointed({ gpu: at, time: when })}
              onOpen={openGpu}
              grid={
                <RackGrid
                  {...{ model, names, now, limits, view, time }}
                  selected={state.selected}
                  onSelect={state.select}
                />
              }
            />
            <RackInspector
              {...{ layout, frame, past, view, gpu }}
              place={gpu < 0 ? -1 : model.first + gpu}
              time={pointed.gpu >= 0 ? recent(pointed.time, gridEnd) : state.cursor}
              gone={gone?.text ?? ''}
            />
          </section>
          <section className={parts.panel} aria-label="Throttle reasons" data-region>
            <div className={styles.low}>
              <h2>Throttle reasons</h2>
              <span className={styles.caption}>GPUs affected</span>
              <LaneKeys />
            </div>
            <ThrottleLanes {...{ model, now, past, message }} />
          </section>
          <section className={parts.panel} aria-label="Rack power and budget" data-region>
            <div className={styles.low}>
              <h2>Rack power and budget</h2>
              <span className={styles.last}>Forecast: linear fit, last 15 min</span>
            </div>
            <RackPower
              {...{ layout, model, frame, gone }}
              points={draws.points}
              from={gridEnd - STEP_MS * COLUMNS}
              to={gridEnd}
              message={historyMessage(draws.error, draws.retry)}
            />
          </section>
        </div>
        <Positions {...shared} {...{ state, openGpu, message }} window={shown} />
      </div>
      <Dialog title={`Rack ${model.name} as table`} open={state.table} onClose={() => state.setTable(false)}>
        <RackTables {...{ model, names, now, past, view, limits }} points={draws.points} />
      </Dialog>
    </main>
  );
}

/** The limits as they were last told: they outlive a silence, since what was drawn is still a share of them. */
function useLimits(view: RackView, model: RackModel, now: ReturnType<typeof rackNow>, models: readonly string[]) {
  const told = useRef<{ key: string; now: ReturnType<typeof rackNow> }>({ key: '', now: null });
  const lives = now?.states.includes('live') ?? false;
  if (lives || told.current.key !== model.path) told.current = { key: model.path, now };
  const last = told.current.now;
  return useMemo(() => limitsOf(view, last, models), [view, last, models]);
}

/** Until the first frame that brings this rack. */
const LOADING = 'Loading';

/** A time within the newest two columns is now: its facts are the engine's own. */
function recent(time: number | null, gridEnd: number): number | null {
  return time === null || time >= gridEnd - 2 * STEP_MS ? null : time;
}

/** What stands on a panel whose past could not be read; the other panels go on. */
function historyMessage(error: Error | null, retry: () => void): ReactNode {
  if (error === null) return null;
  const { message, hint } = faultOf(error);
  return (
    <>
      <span>
        The last hour could not be read: {message} {hint}
      </span>
      <button type="button" className={parts.button} onClick={retry}>
        Retry
      </button>
    </>
  );
}

const RAMP_NAMES: Readonly<Record<Ramp, string>> = {
  limit: 'Limit',
  level: 'Level',
  viridis: 'Viridis',
  turbo: 'Turbo (fine detail)',
};

function HeatHeader(props: {
  model: RackModel;
  view: ViewOfSignal;
  limits: Float32Array;
  theme: Theme;
  ramp: Ramp;
  onView: (view: ViewOfSignal['id']) => void;
  onRamp: (ramp: Ramp) => void;
}) {
  const { model, view, limits, ramp } = props;
  const same = limits.length > 0 && limits.every((limit) => limit === limits[0]);
  const [first, second] = view.of;
  const limit =
    same && (view.id === 'power' || view.id === 'temp') ? `${printed(view, limits[0])} ${view.unit} limit` : second;
  return (
    <div className={styles.header}>
      <h2>{view.title}</h2>
      <Segmented
        label="Signal"
        choices={RACK_VIEWS.map((id) => ({ id, label: viewOfSignal(id).label }))}
        value={view.id}
        onPick={props.onView}
      />
      {ramp === 'turbo' ? (
        <span className={styles.note}>
          Turbo shows fine detail but invents edges and fails in grey and for colour-blind eyes
        </span>
      ) : (
        <span className={styles.caption}>{formatCount(model.count)} GPUs by tray, 15 s samples</span>
      )}
      <span className={styles.words}>
        {first}
        <br />
        {limit}
      </span>
      <span className={styles.legend}>
        <RampLegend ramp={ramp} theme={props.theme} width={ramp === 'turbo' ? 120 : 200} />
      </span>
      <select
        className={styles.colours}
        aria-label="Colours"
        value={ramp}
        onChange={(event) => props.onRamp(event.target.value as Ramp)}
      >
        {RAMPS.filter((one) => one !== (view.ramp === 'limit' ? 'level' : 'limit')).map((one) => (
          <option key={one} value={one}>
            {RAMP_NAMES[one]}
          </option>
        ))}
      </select>
    </div>
  );
}

function LaneKeys() {
  return (
    <span className={styles.keys}>
      {LANES.map(({ id, label }) => (
        <span key={id}>
          <svg width="14" height="12" aria-hidden="true">
            <rect width="14" height="12" fill={`url(#lane-${id})`} />
          </svg>
          {label}
        </span>
      ))}
    </span>
  );
}

interface PositionsProps {
  readonly layout: LayoutDocument;
  readonly model: RackModel;
  readonly names: readonly string[];
  readonly now: ReturnType<typeof rackNow>;
  readonly past: RackPast;
  readonly limits: Float32Array;
  readonly view: ViewOfSignal;
  readonly lost: boolean;
  readonly state: ReturnType<typeof useRackState>;
  readonly window: Window;
  readonly openGpu: (gpu: number) => void;
  readonly message: ReactNode;
}

function Positions(props: PositionsProps) {
  const { state, view, past, window, limits } = props;
  const [low, high] = sharedScale(past, window, limits, view);
  const known = !Number.isNaN(rangeOf(past, ...columnsOf(past, window))[0]);
  const hhmm = (time: number) => new Date(time).toISOString().slice(11, 16);
  return (
    <section className={parts.panel} aria-label="GPUs by position" data-region>
      <div className={styles.header}>
        <div className={styles.titled}>
          <h2>GPUs by position</h2>
          <span className={styles.caption}>
            {hhmm(window.from)} to {hhmm(window.to)}
            {known ? `, ${printed(view, low)} to ${printed(view, high)} ${view.unit}` : ''}
          </span>
        </div>
        <button
          type="button"
          className={styles.sort}
          aria-pressed={state.sorted}
          onClick={() => state.setSorted(!state.sorted)}
        >
          Sort: {state.sorted ? 'value' : 'position'} <Kbd>O</Kbd>
        </button>
      </div>
      <div className={multiples.positions}>
        <ElevationStrip
          layout={props.layout}
          model={props.model}
          now={props.now}
          selected={state.selected}
          onSelect={state.select}
        />
        <SmallMultiples
          {...props}
          sorted={state.sorted}
          selected={state.selected}
          onSelect={state.select}
          onOpen={props.openGpu}
        />
      </div>
    </section>
  );
}
