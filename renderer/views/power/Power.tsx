import { useMemo } from 'react';
import type { LayoutDocument, ViewFrame } from '../../../shared/contract.ts';
import type { PlacePower } from '../../../shared/power/report.ts';
import { HALL, RACK, ROW } from '../../../shared/topology.ts';
import { useEnergy, usePower, useWork } from '../../ask/power.ts';
import { waiting } from '../../ask/waiting.ts';
import { useConsole } from '../../live/console.tsx';
import type { Freshness } from '../../live/freshness.ts';
import { useTravel } from '../../live/travel.tsx';
import { Kbd } from '../../parts/Kbd.tsx';
import parts from '../../parts/parts.module.css';
import { type Choice, Segmented } from '../../parts/Segmented.tsx';
import type { Gone } from '../gone.ts';
import { useKeys } from '../keys.ts';
import { KpiCells } from '../overview/KpiStrip.tsx';
import { labelOf, levelOf } from '../places.ts';
import type { Go } from '../route.ts';
import { ListPanel } from './ListPanel.tsx';
import { LossPanel } from './LossPanel.tsx';
import { PlaceTable } from './PlaceTable.tsx';
import styles from './power.module.css';
import { powerKpis } from './power-kpis.ts';
import { type LevelId, LISTS, type PowerState, type WindowId } from './power-state.ts';

const LEVELS: readonly Choice<LevelId>[] = [
  { id: 'hall', label: 'Halls' },
  { id: 'row', label: 'Rows' },
  { id: 'rack', label: 'Racks' },
];
const LEVEL_OF: Readonly<Record<LevelId, number>> = { hall: HALL, row: ROW, rack: RACK };
const WINDOW_CHOICES: readonly Choice<WindowId>[] = [
  { id: '15m', label: '15 min' },
  { id: '1h', label: '1 h' },
  { id: '6h', label: '6 h' },
  { id: '24h', label: '24 h' },
];

interface Props {
  readonly layout: LayoutDocument;
  readonly frame: ViewFrame;
  readonly state: PowerState;
  readonly freshness: Freshness;
  readonly gone: Gone | null;
  readonly go: Go;
}

/** Where the watts of a place go: what is stranded, what losing a feed would do, what comes of the energy. */
export function Power(props: Props) {
  const { layout, frame, state, freshness } = props;
  const gone = props.gone?.text ?? '';
  const tick = Math.floor(frame.time / frame.pollMs);
  const power = usePower({ place: state.place, windowMs: state.windowMs }, tick);
  const energies = useEnergy(tick);
  const works = useWork(state.place, tick);
  const [report, energy, work] = [power.data ?? null, energies.data, works.data];
  const scale = levelOf(layout, state.place) === RACK ? 'rack' : 'row';
  const { warnRatio, critRatio } = frame;
  const label = labelOf(layout, state.place);
  const path = layout.path[state.place] ?? '';
  const { past } = useTravel();
  const { replay } = useConsole();
  const over = past !== null ? 'past' : replay !== null ? 'replay' : null;
  const waits = {
    report: waiting(power),
    energy: waiting(energies, over === 'past' ? 'Loading the 24 h before' : undefined),
    work: waiting(works),
  };
  usePowerKeys(layout, state, props.go);
  const cells = useMemo(
    () =>
      powerKpis({
        ...{ report, path, energy, work, warnRatio, critRatio, scale, gone, over },
        waits: { report: waits.report, energy: waits.energy },
      }),
    [report, path, energy, work, waits.report, waits.energy, warnRatio, critRatio, scale, gone, over],
  );
  return (
    <main className={styles.page}>
      <KpiCells
        label={`Power of ${label}`}
        cells={cells}
        lost={props.gone?.lost ?? false}
        onGo={(cell) => follow(cell.label, state)}
      />
      <div className={styles.main}>
        <Places {...props} report={report} label={label} goneText={gone} waits={waits.report} />
        <div className={styles.right}>
          <LossPanel {...{ report, label, state, gone }} waits={waits.report} onPlace={state.setPlace} />
          <ListPanel
            {...{ report, energy, work, waits, state, gone, over }}
            now={freshness.now}
            layout={layout}
            path={path}
          />
        </div>
      </div>
    </main>
  );
}

function Places(
  props: Props & {
    readonly report: { readonly place: PlacePower; readonly under: readonly PlacePower[] } | null;
    readonly label: string;
    readonly goneText: string;
    readonly waits: string;
  },
) {
  const { layout, frame, state, report } = props;
  const scope = levelOf(layout, state.place);
  const choices = LEVELS.filter(({ id }) => LEVEL_OF[id] > scope);
  const level = choices.some(({ id }) => id === state.level) ? state.level : (choices.at(-1)?.id ?? null);
  const rows = useMemo(() => {
    if (report === null) return [];
    if (level === null) return [report.place];
    return report.under.filter(({ place }) => levelOf(layout, place) === LEVEL_OF[level]);
  }, [report, level, layout]);
  const empty =
    props.goneText !== '' ? props.goneText : report === null ? props.waits : 'No place of this level is here.';
  return (
    <section className={parts.panel} aria-label="Stranded power" data-region>
      <div className={`${parts.header} ${styles.header}`}>
        <h2>{props.label}: stranded power</h2>
        <span className={`${parts.caption} ${styles.caption}`}>Budget − p99 of the draw</span>
        {layout.parent[state.place] >= 0 ? (
          <button type="button" className={styles.chip} onClick={() => state.setPlace(layout.parent[state.place])}>
            Up <Kbd>Esc</Kbd>
          </button>
        ) : null}
        <span className={parts.end} />
        {level === null ? null : <Segmented label="Level" choices={choices} value={level} onPick={state.setLevel} />}
        <Segmented label="Window" choices={WINDOW_CHOICES} value={state.windowId} onPick={state.setWindow} />
      </div>
      <PlaceTable
        key={`${state.place} ${level}`}
        rows={props.goneText === '' ? rows : []}
        scale={level === 'rack' || level === null ? 'rack' : 'row'}
        warnRatio={frame.warnRatio}
        critRatio={frame.critRatio}
        selected=""
        onSelect={() => undefined}
        onOpen={({ place }) => state.setPlace(place)}
        empty={empty}
      />
    </section>
  );
}

/** The cells of the strip lead to the list that explains them. */
function follow(label: string, state: PowerState): void {
  if (label === 'Energy') state.setList('energy');
  else if (label === 'Tokens per joule') state.setList('tokens');
  else if (label === 'Feed imbalance') state.setList('feeds');
}

function usePowerKeys(layout: LayoutDocument, state: PowerState, go: Go): void {
  useKeys({
    x: () => state.setFeed(state.feed === 'A' ? 'B' : 'A'),
    l: () => state.setList(LISTS[(LISTS.indexOf(state.list) + 1) % LISTS.length]),
    g: () => go({ view: 'overview', object: layout.path[state.place] ?? '' }),
    Escape: () => {
      const above = layout.parent[state.place] ?? -1;
      if (above >= 0) state.setPlace(above);
      else go({ view: 'overview', object: layout.path[state.place] ?? '' });
    },
  });
}
