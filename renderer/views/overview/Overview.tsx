import { type RefObject, useRef } from 'react';
import type { Finding, LayoutDocument, ViewFrame } from '../../../shared/contract.ts';
import { HALL } from '../../../shared/topology.ts';
import type { Freshness } from '../../live/freshness.ts';
import { useTravel } from '../../live/travel.tsx';
import { Kbd } from '../../parts/Kbd.tsx';
import { Missing } from '../../parts/Missing.tsx';
import parts from '../../parts/parts.module.css';
import type { Theme } from '../../theme/theme.ts';
import type { Gone } from '../gone.ts';
import { useKeys } from '../keys.ts';
import { levelOf } from '../places.ts';
import { BudgetsRail, BudgetTree } from './BudgetTree.tsx';
import { ConditionRail } from './ConditionRail.tsx';
import { conditionGroups, conditionKey, indexOfChosen } from './condition-groups.ts';
import { FloorPanel } from './FloorPanel.tsx';
import type { FloorPlanHandle } from './floor-plan/FloorPlan.tsx';
import { KpiStrip } from './KpiStrip.tsx';
import type { KpiCell } from './kpi.ts';
import styles from './overview.module.css';
import type { OverviewState } from './overview-state.ts';
import { usePanels } from './panels.ts';
import { SiteFeeds } from './SiteFeeds.tsx';
import { Strip } from './Strip.tsx';

/** The fleet at a glance: summary, budgets, floor plan, conditions, the last hour. */
export function Overview(props: OverviewProps) {
  const { layout, frame, state, freshness, gone } = props;
  const plan = useRef<FloorPlanHandle>(null);
  const panels = usePanels();
  const { traveller } = useTravel();
  const stale = gone !== null;
  const findings = stale ? NONE : frame.findings;
  const steps = conditionSteps(layout, frame, state, findings, plan);
  useOverviewKeys(layout, state, plan, { ...steps, panels, start: (time) => traveller?.to(time) });
  const goTo = (cell: KpiCell) => {
    if (cell.page !== undefined) {
      state.leave(cell.page);
      return;
    }
    if (cell.signal !== null) state.setSignal(cell.signal);
    if (cell.place >= 0) state.select(cell.place);
  };
  const openConditions = () => panels.setConditions(true);
  return (
    <main className={styles.overview}>
      <KpiStrip
        layout={layout}
        summary={stale ? null : frame.summary}
        warnRatio={frame.warnRatio}
        critRatio={frame.critRatio}
        now={freshness.now}
        gone={gone}
        onGo={goTo}
      />
      <div className={styles.middle} data-budgets={panels.budgets} data-conditions={panels.conditions}>
        {panels.budgets ? <Budgets {...props} /> : <BudgetsRail onOpen={() => panels.setBudgets(true)} />}
        <FloorPanel
          {...props}
          now={freshness.now}
          plan={plan}
          aside={
            panels.conditions ? null : <ConditionsTab count={stale ? null : findings.length} onOpen={openConditions} />
          }
        />
        {panels.conditions ? (
          <section className={`${parts.panel} ${styles.conditions}`} aria-label="Alerts" data-region>
            <ConditionRail
              layout={layout}
              findings={findings}
              now={freshness.now}
              unknown={gone !== null ? `${gone.text}. What holds now is not known.` : ''}
              selected={steps.chosen && conditionKey(layout, steps.chosen)}
              operate={props.operate && !stale && !props.paused}
              version={frame.alerts.version}
              flood={frame.alerts.trouble.some(({ code }) => code === 'flood')}
              onSelect={steps.take}
              onClose={() => panels.setConditions(false)}
            />
          </section>
        ) : null}
      </div>
      <Strip {...props} />
    </main>
  );
}

interface OverviewProps {
  readonly layout: LayoutDocument;
  readonly frame: ViewFrame;
  readonly state: OverviewState;
  readonly freshness: Freshness;
  readonly paused: boolean;
  readonly theme: Theme;
  readonly operate: boolean;
  /** null while numbers may be shown. */
  readonly gone: Gone | null;
}

function Budgets({ layout, frame, state, theme, gone }: OverviewProps) {
  return (
    <section className={parts.panel} aria-label="Power budgets" data-region>
      <div className={parts.header}>
        <h2>Power budgets</h2>
        <span className={`${parts.caption} ${parts.end}`}>IT load</span>
      </div>
      <BudgetTree
        layout={layout}
        frame={frame}
        theme={theme}
        gone={gone}
        selected={state.selected}
        onSelect={state.select}
      />
      <SiteFeeds layout={layout} frame={frame} theme={theme} gone={gone} />
    </section>
  );
}

/** Choosing conditions: one, the next or the one before, and going to its object. */
function conditionSteps(
  layout: LayoutDocument,
  frame: ViewFrame,
  state: OverviewState,
  findings: readonly Finding[],
  plan: RefObject<FloorPlanHandle | null>,
) {
  const ordered = conditionGroups(layout, findings).flatMap((group) => group.findings);
  const at = indexOfChosen(layout, ordered, state.condition);
  const take = (finding: Finding) => {
    state.setCondition(conditionKey(layout, finding));
    if (finding.place >= 0) state.select(finding.place);
  };
  const step = (by: number) => {
    if (ordered.length === 0) return;
    const first = by > 0 ? 0 : ordered.length - 1;
    take(ordered[at < 0 ? first : (at + by + ordered.length) % ordered.length]);
  };
  const goToRelated = () => {
    const place = at >= 0 && ordered[at].place >= 0 ? ordered[at].place : frame.summary.tightest?.place;
    if (place === undefined) return;
    state.select(place);
    plan.current?.zoomTo(place);
  };
  return { take, step, goToRelated, chosen: ordered[at] };
}

/** The way to the conditions while their panel is folded away; how many hold is not known (null) without data. */
function ConditionsTab({ count, onOpen }: { count: number | null; onOpen: () => void }) {
  return (
    <button type="button" className={styles.tab} aria-expanded={false} onClick={onOpen}>
      Alerts <b className="num">{count ?? <Missing />}</b> <Kbd>\</Kbd>
    </button>
  );
}

const NONE: readonly Finding[] = [];

/** The keys of the overview (ui.md 8). */
function useOverviewKeys(
  layout: LayoutDocument,
  state: OverviewState,
  plan: RefObject<FloorPlanHandle | null>,
  actions: {
    step(by: number): void;
    goToRelated(): void;
    panels: ReturnType<typeof usePanels>;
    chosen: Finding | undefined;
    start(time: number): void;
  },
): void {
  const { panels } = actions;
  useKeys({
    p: () => state.setSignal('power'),
    u: () => state.setSignal('util'),
    t: () => state.setSignal('temp'),
    r: () => state.setSignal('throttle'),
    n: () => state.setSignal('nvlink'),
    i: () => state.setSignal('nic'),
    f: () => state.setFlagged(!state.flagged),
    l: () => state.setFiltering(true),
    v: () => state.setTable(true),
    g: actions.goToRelated,
    j: () => actions.chosen && actions.start(actions.chosen.since),
    b: () => panels.setBudgets(!panels.budgets),
    '(\\\\)': () => panels.setConditions(!panels.conditions),
    '(\\[)': () => actions.step(-1),
    '(\\])': () => actions.step(1),
    '[Shift]+(\\+|=)': () => plan.current?.zoomBy(1.6, state.selected),
    '(-)': () => plan.current?.zoomBy(1 / 1.6, state.selected),
    '0': () => plan.current?.fit(),
    Enter: () => {
      if (state.selected >= 0 && !state.open(state.selected)) plan.current?.zoomTo(state.selected);
    },
    Escape: () => {
      if (state.selected < 0) return plan.current?.fit();
      const up = layout.parent[state.selected];
      state.select(levelOf(layout, state.selected) > HALL ? up : -1);
    },
  });
}
