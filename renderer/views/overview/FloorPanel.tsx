import { memo, type ReactNode, type RefObject, useEffect, useRef, useState } from 'react';
import type { LayoutDocument, ViewFrame, WatchSignal } from '../../../shared/contract.ts';
import { GPU } from '../../../shared/topology.ts';
import { Legend } from '../../draw/Legend.tsx';
import { useConsole } from '../../live/console.tsx';
import { Kbd } from '../../parts/Kbd.tsx';
import parts from '../../parts/parts.module.css';
import { type Choice, Segmented } from '../../parts/Segmented.tsx';
import { placesTable } from '../../save/documents.ts';
import { useSavable } from '../../save/savable.ts';
import { TablesDialog } from '../../save/TablesDialog.tsx';
import type { Theme } from '../../theme/theme.ts';
import type { Gone } from '../gone.ts';
import { countAt } from '../places.ts';
import { FilterBar } from './FilterBar.tsx';
import { type Detail, FloorPlan, type FloorPlanHandle } from './floor-plan/FloorPlan.tsx';
import { FloorPlanTable } from './floor-plan/FloorPlanTable.tsx';
import { InspectorLine } from './InspectorLine.tsx';
import styles from './overview.module.css';
import type { OverviewState } from './overview-state.ts';
import { legendWords, SIGNAL_CHOICES } from './signals.ts';

const DETAILS: readonly Choice<Detail>[] = [
  { id: 'auto', label: 'Auto' },
  { id: 'rack', label: 'Rack' },
  { id: 'node', label: 'Node' },
  { id: 'gpu', label: 'GPU' },
];

const PLACES = 'Floor plan and budgets';

/** The floor plan with its switchers above and the inspector line below. */
export function FloorPanel(props: {
  layout: LayoutDocument;
  frame: ViewFrame;
  state: OverviewState;
  theme: Theme;
  gone: Gone | null;
  now: number;
  plan: RefObject<FloorPlanHandle | null>;
  /** Stands at the end of the header: the way to a panel that is folded away. */
  aside: ReactNode;
}) {
  const { layout, frame, state, theme } = props;
  const stale = props.gone?.lost ?? false;
  const { live } = useConsole();
  const [hovered, setHovered] = useState(-1);
  // The plan keeps its picture until the first frame of another signal: its legend is that of what is drawn.
  const drawn = stale ? state.signal : frame.signal;
  useSavable(PLACES, () => placesTable(layout, stale ? null : frame, state.signal));
  return (
    <section className={parts.panel} aria-label="Floor plan" data-region>
      <Header
        layout={layout}
        state={state}
        theme={theme}
        drawn={drawn}
        warnRatio={frame.warnRatio}
        full={frame.signal === drawn ? frame.full : null}
        aside={props.aside}
      />
      <div className={styles.map}>
        <Plan
          ref={props.plan}
          layout={layout}
          frameSource={live}
          signal={state.signal}
          detail={state.detail}
          selected={state.selected}
          onSelect={state.select}
          onOpen={state.open}
          onHover={setHovered}
          onWatch={state.setRacks}
          theme={theme}
          stale={stale}
          flaggedOnly={state.flagged}
        />
      </div>
      {state.filtering ? <Filter state={state} frame={frame} gpus={countAt(layout, GPU)} /> : null}
      <InspectorLine
        layout={layout}
        frame={frame}
        place={hovered >= 0 && hovered < layout.path.length ? hovered : state.selected}
        now={props.now}
        gone={props.gone?.text ?? ''}
        onFilter={state.filtering ? null : () => state.setFiltering(true)}
      />
      <TablesDialog
        title="Floor plan as table"
        open={state.table}
        onClose={() => state.setTable(false)}
        own={{
          label: PLACES,
          table: <FloorPlanTable layout={layout} frameSource={live} signal={state.signal} stale={stale} />,
        }}
      />
    </section>
  );
}

/** The filter's line; it takes the focus when it is opened by its key. */
function Filter({ state, frame, gpus }: { state: OverviewState; frame: ViewFrame; gpus: number }) {
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => input.current?.focus(), []);
  return (
    <FilterBar
      ref={input}
      filter={state.filter}
      filtered={frame.filtered?.filter === state.filter ? frame.filtered : null}
      gpus={gpus}
      onFilter={state.setFilter}
      onClose={() => {
        state.setFilter('');
        state.setFiltering(false);
      }}
    />
  );
}

/** Neither is rendered anew with every move of the pointer: only the inspector line follows it. */
const Plan = memo(FloorPlan);

const Header = memo(function Header(props: {
  state: OverviewState;
  layout: LayoutDocument;
  theme: Theme;
  drawn: WatchSignal;
  warnRatio: number;
  full: number | null;
  aside: ReactNode;
}) {
  const { state, layout, theme, drawn, warnRatio, full, aside } = props;
  const [first, second] = legendWords(drawn, layout);
  return (
    <div className={`${parts.header} ${styles.planHeader}`}>
      <h2>Floor plan</h2>
      <Segmented
        label="Signal"
        choices={SIGNAL_CHOICES}
        value={SIGNAL_CHOICES.find(({ id }) => id === state.signal)?.id ?? null}
        onPick={state.setSignal}
      />
      <Segmented label="Detail" choices={DETAILS} value={state.detail} onPick={state.setDetail} />
      {state.flagged ? (
        <button type="button" className={styles.flagged} onClick={() => state.setFlagged(false)}>
          Only flagged <Kbd>F</Kbd>
        </button>
      ) : null}
      <span className={`${parts.caption} ${styles.legendWords}`} data-states={drawn === 'throttle'}>
        {first}
        <br />
        {second}
      </span>
      <Legend signal={drawn} theme={theme} warnRatio={warnRatio} full={full} />
      {aside}
    </div>
  );
});
