import { useMemo, useState } from 'react';
import type { Alert, AlertTrouble } from '../../../shared/alerting/alert.ts';
import type { LayoutDocument, ViewFrame } from '../../../shared/contract.ts';
import { formatAge, formatTime } from '../../../shared/format.ts';
import { useAlertCall, useAlertHistory, useAlerts, useRules } from '../../ask/alerts.ts';
import { useHello } from '../../ask/ask.ts';
import { useOthersAlerts } from '../../ask/others.ts';
import { faultOf } from '../../link/link.ts';
import type { Freshness } from '../../live/freshness.ts';
import { useIsOver, useTravel } from '../../live/travel.tsx';
import { Kbd } from '../../parts/Kbd.tsx';
import parts from '../../parts/parts.module.css';
import { Segmented } from '../../parts/Segmented.tsx';
import { isToldOnTop } from '../frame/troubles.ts';
import { useKeys } from '../keys.ts';
import { NowOnly } from '../replay/NowOnly.tsx';
import type { Go, Route } from '../route.ts';
import { AckDialog } from './AckDialog.tsx';
import { AlertDetail } from './AlertDetail.tsx';
import { AlertList } from './AlertList.tsx';
import { chosenAlerts, chosenOf, type FacetId, facetsOf, toggled } from './alert-facets.ts';
import { sectionsOf, stepsOf } from './alert-groups.ts';
import styles from './alerts.module.css';
import { Facets } from './Facets.tsx';
import { History } from './History.tsx';
import { timelineLanes } from './lanes.ts';
import { Notifications } from './notify/Notifications.tsx';
import { OthersAlerts } from './OthersAlerts.tsx';
import { Rules } from './Rules.tsx';
import { SilenceDialog } from './SilenceDialog.tsx';
import { Silences } from './Silences.tsx';
import { Timeline } from './Timeline.tsx';
import { useWho } from './who.tsx';
import { asLastKnown } from './words.ts';

const HOUR = 3_600_000;
const TABS = [
  { id: 'active', label: 'Active' },
  { id: 'history', label: 'History' },
  { id: 'silences', label: 'Silences' },
  { id: 'rules', label: 'Rules' },
  { id: 'notify', label: 'Notifications' },
] as const;
type Tab = (typeof TABS)[number]['id'];

interface Props {
  readonly layout: LayoutDocument;
  readonly frame: ViewFrame;
  readonly freshness: Freshness;
  readonly operate: boolean;
  /** Nothing on the screen is live: what holds now is not known. */
  readonly stale: boolean;
  readonly route: Route;
  readonly go: Go;
}

/** Alerts: what fires, what became of it, what is silenced, and the rules (ui.md (d)). */
export function AlertsView(props: Props) {
  const { route, go, frame, freshness } = props;
  const tab = TABS.find(({ id }) => id === route.params.tab)?.id ?? 'active';
  const { version } = frame.alerts;
  const [silencing, setSilencing] = useState(false);
  const hello = useHello();
  const { past } = useTravel();
  return (
    <main className={styles.alerts}>
      <div className={styles.tabs} data-region>
        <Segmented<Tab>
          label="Part of the view"
          choices={TABS}
          value={tab}
          onPick={(id) => go({ view: 'alerts', params: id === 'active' ? {} : { tab: id } }, true)}
        />
        {frame.alerts.trouble.filter(isOfThisView).map(({ code, message, hint }) => (
          <p key={code} className={styles.trouble} role="status">
            <b>{message}</b> {hint}
          </p>
        ))}
      </div>
      {tab === 'history' ? (
        <History version={version} operate={props.operate} />
      ) : tab === 'silences' ? (
        <Silences version={version} now={freshness.now} operate={props.operate} onNew={() => setSilencing(true)} />
      ) : tab === 'rules' ? (
        <Rules version={version} operate={props.operate} />
      ) : tab === 'notify' && past !== null ? (
        <NowOnly title="Notifications" why="They are settings, and nobody is told of what is over." />
      ) : tab === 'notify' ? (
        hello.data ? (
          <Notifications hello={hello.data} operate={props.operate} />
        ) : null
      ) : (
        <Active {...props} />
      )}
      {silencing ? <SilenceDialog alert={null} now={freshness.now} onClose={() => setSilencing(false)} /> : null}
    </main>
  );
}

function Active(props: Props) {
  const { layout, frame, freshness, route, go } = props;
  const { version } = frame.alerts;
  const reply = useAlerts(version);
  const rules = useRules(version);
  const others = useOthersAlerts();
  const { past, traveller } = useTravel();
  const isOver = useIsOver();
  const hour = Math.floor(freshness.now / 60_000) * 60_000 - HOUR;
  const rows = useAlertHistory({ from: hour, kinds: ['firing', 'resolved', 'ack'], most: 1000 }, version);
  const [folded, setFolded] = useState<ReadonlySet<string>>(new Set(['muted', 'resolved', 'others']));
  const [dialog, setDialog] = useState<'ack' | 'silence' | null>(null);
  const [who] = useWho();
  const unack = useAlertCall('unackAlert');
  const lost =
    props.stale && freshness.ageMs !== null ? Math.round((freshness.now - freshness.ageMs) / 1000) * 1000 : null;
  const all = useMemo(() => {
    const told = reply.data?.alerts ?? NONE;
    return lost === null ? told : told.map((one) => asLastKnown(one, lost));
  }, [reply.data, lost]);
  const chosen = useMemo(() => chosenOf(route.params), [route.params]);
  const shown = useMemo(() => chosenAlerts(layout, all, chosen), [layout, all, chosen]);
  const sections = useMemo(() => sectionsOf(shown, reply.data?.incidents ?? []), [shown, reply.data]);
  const steps = stepsOf(sections, folded);
  const alert = all.find(({ id }) => id === route.object) ?? all.find(({ id }) => id === steps[0]);
  const select = (id: string) => go({ view: 'alerts', object: id, params: route.params }, true);
  const step = (by: number) => {
    const at = steps.indexOf(alert?.id ?? '');
    if (steps.length > 0) select(steps[(at + by + steps.length) % steps.length]);
  };
  const toPlace = ({ place }: Alert) => go({ view: 'overview', object: layout.path[place] ?? '' });
  const giveBack = () => alert && unack.mutate({ alerts: [alert.id], who: who.trim() === '' ? 'unnamed' : who });
  // How sources did then may not be kept; alerts of then are all the same.
  const unwatched = frame.sources.length === 0 && !isOver;
  /** Age of a list that was shown before, while the next is on its way. */
  const old = freshness.now - (reply.data?.evaluatedAt ?? Number.NaN);
  const act = props.operate && alert !== undefined && alert.state !== 'resolved';
  useKeys({
    '(\\[)': () => step(-1),
    '(\\])': () => step(1),
    ArrowUp: () => step(-1),
    ArrowDown: () => step(1),
    a: () => (act ? (alert.acked ? giveBack() : setDialog('ack')) : undefined),
    s: () => (act ? setDialog('silence') : undefined),
    g: () => (alert && alert.place >= 0 ? toPlace(alert) : undefined),
    j: () => alert && traveller?.to(alert.firedAt ?? alert.activeAt),
  });
  const toggleFold = (id: string) =>
    setFolded((before) =>
      before.has(id) ? new Set([...before].filter((one) => one !== id)) : new Set([...before, id]),
    );
  const toggle = (facet: FacetId, value: string) =>
    go(
      { view: 'alerts', object: route.object, params: { ...route.params, [facet]: toggled(chosen, facet, value) } },
      true,
    );
  return (
    <div className={styles.columns}>
      <Facets
        facets={facetsOf(layout, all, chosen)}
        told={reply.data !== undefined}
        onToggle={toggle}
        onClear={Object.keys(chosen).length === 0 ? null : () => go({ view: 'alerts', object: route.object }, true)}
      />
      <section className={`${parts.panel} ${styles.middle}`} aria-label="Alerts" data-region>
        <div className={parts.header}>
          <h2>Alerts</h2>
          <span className={`${parts.caption} ${parts.end}`}>
            <Kbd>[</Kbd> <Kbd>]</Kbd> Step
          </span>
        </div>
        <Timeline
          lanes={timelineLanes(shown, rows.data?.rows ?? [], freshness.now, HOUR)}
          now={freshness.now}
          range={HOUR}
          stale={props.stale}
        />
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard. */}
        <section className={styles.scroll} tabIndex={0} aria-label="List of alerts">
          {reply.error ? <p className={styles.fault}>{faultOf(reply.error).message}</p> : null}
          {unwatched ? (
            <p className={styles.quiet}>No source is connected: nothing is watched, and no alert can rise.</p>
          ) : props.stale ? (
            <p className={styles.quiet}>No live data: alerts stand as they were last known.</p>
          ) : reply.isFetching && old > 3 * frame.pollMs ? (
            <p className={styles.quiet} role="status">
              As of {formatTime(reply.data?.evaluatedAt ?? null)}, {formatAge(old)} ago. Loading.
            </p>
          ) : null}
          {shown.length > 0 ? (
            <AlertList
              {...{ sections, folded }}
              now={freshness.now}
              selected={alert?.id ?? ''}
              onSelect={select}
              onFold={toggleFold}
            />
          ) : reply.data && !unwatched ? (
            <p className={styles.quiet}>{emptyWords(all.length, reply.data.resolvedLastHour, props.stale || isOver)}</p>
          ) : reply.error || unwatched ? null : (
            <p className={styles.quiet} role="status">
              Loading alerts
            </p>
          )}
          {past !== null ? (
            <p className={styles.quiet}>Alerts of Prometheus and of Alertmanagers are told of now only.</p>
          ) : others.error ? (
            <p className={styles.fault}>{faultOf(others.error).message}</p>
          ) : null}
          {others.data ? (
            <OthersAlerts
              reply={others.data}
              now={freshness.now}
              open={!folded.has('others')}
              onFold={() => toggleFold('others')}
            />
          ) : null}
        </section>
      </section>
      {alert ? (
        <AlertDetail
          alert={alert}
          rule={rules.data?.rules.find(({ name }) => name === alert.rule)}
          layout={layout}
          now={freshness.now}
          version={version}
          operate={props.operate}
          stale={props.stale}
          onAck={() => setDialog('ack')}
          onUnack={giveBack}
          onSilence={() => setDialog('silence')}
          onGo={toPlace}
        />
      ) : (
        <section className={`${parts.panel} ${styles.detail}`} aria-label="Alert" data-region>
          <p className={styles.quiet}>A chosen alert is shown here: its chart, its runbook, its notes.</p>
        </section>
      )}
      {dialog === 'ack' && alert ? <AckDialog alerts={[alert]} onClose={() => setDialog(null)} /> : null}
      {dialog === 'silence' && alert ? (
        <SilenceDialog alert={alert} now={freshness.now} onClose={() => setDialog(null)} />
      ) : null}
    </div>
  );
}

const NONE: readonly Alert[] = [];
/** What is not told across the top of every view. */
const isOfThisView = (trouble: AlertTrouble) => !isToldOnTop(trouble);

function emptyWords(all: number, resolved: number, isPast: boolean): string {
  if (all > 0) return 'No alert passes what is chosen at the left.';
  // Of now nobody can tell, or nobody asks.
  if (isPast) return 'None was active then.';
  return resolved === 0 ? 'No active alerts.' : `No active alerts. ${resolved} cleared in the last hour.`;
}
