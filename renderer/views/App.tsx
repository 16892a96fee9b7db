import { useEffect, useState } from 'react';
import { NO_ALERTS } from '../../shared/alerting/alert.ts';
import type { SourceHealth } from '../../shared/contract/sources.ts';
import type { HelloReply, LayoutDocument, ViewFrame } from '../../shared/contract.ts';
import { NO_INVENTORY } from '../../shared/inventory.ts';
import { useCloseDemo, useHello, useKeepInStep } from '../ask/ask.ts';
import { useConsole, useFreshness, useLive } from '../live/console.tsx';
import type { Freshness } from '../live/freshness.ts';
import { useTravel } from '../live/travel.tsx';
import { captionOf } from '../save/caption.ts';
import { SaveDialog } from '../save/SaveDialog.tsx';
import { TablesDialog } from '../save/TablesDialog.tsx';
import { applyTheme, firstTheme, nextTheme, type Theme } from '../theme/theme.ts';
import { AlertsView } from './alerts/AlertsView.tsx';
import { Coming } from './Coming.tsx';
import messageStyles from './coming.module.css';
import { ComparePage } from './compare/ComparePage.tsx';
import { FirstRun } from './first-run/FirstRun.tsx';
import { Banners } from './frame/Banners.tsx';
import { showCount } from './frame/counted-icon.ts';
import styles from './frame/frame.module.css';
import { ALERT_HINTS_OVER, HINTS, OTHER_HINTS } from './frame/hints.ts';
import { KeysDialog } from './frame/KeysDialog.tsx';
import { StatusBar } from './frame/StatusBar.tsx';
import { TopBar } from './frame/TopBar.tsx';
import { useNotices } from './frame/use-notices.ts';
import { goneOf } from './gone.ts';
import { InterconnectPage } from './interconnect/InterconnectPage.tsx';
import { useKeys } from './keys.ts';
import { NoFleet, noFleet } from './NoFleet.tsx';
import { OverviewPage } from './OverviewPage.tsx';
import { useOverviewState } from './overview/overview-state.ts';
import { Palette } from './palette/Palette.tsx';
import { type Crumb, crumbsOf } from './places.ts';
import { PowerPage } from './power/PowerPage.tsx';
import { GpuPage } from './rack/GpuPage.tsx';
import { type PageProps, RackPage } from './rack/RackPage.tsx';
import { pageOf, rackOfPath } from './rack/rack-model.ts';
import { NowOnly, PastLoading } from './replay/NowOnly.tsx';
import { OpeningBar, useDrop, useOpenByAddress } from './replay/OpeningBar.tsx';
import { ReplayBanner } from './replay/ReplayBanner.tsx';
import replayStyles from './replay/replay.module.css';
import { TravelBanner } from './replay/TravelBanner.tsx';
import { ReportView } from './report/ReportView.tsx';
import { type Go, type Route, useLastRoutes, useRoute } from './route.ts';
import { CaptureDialog } from './snapshots/CaptureDialog.tsx';
import { type CaptureAbout, CaptureContext } from './snapshots/capture-request.tsx';
import { Snapshots } from './snapshots/Snapshots.tsx';
import { DEMO_ID, Sources } from './sources/Sources.tsx';
import { SourcesThen } from './sources/SourcesThen.tsx';
import { PAGES, type ViewId, viewsOf } from './views.ts';
import { Wall } from './wall/Wall.tsx';

/** Views with a table of their own at key V. */
const WITH_OWN_TABLE: ReadonlySet<ViewId> = new Set(['overview', 'rack', 'interconnect']);

/** No places yet: what the overview's state starts from. */
const NOWHERE: LayoutDocument = {
  version: -1,
  start: [0, 0, 0, 0, 0, 0, 0],
  parent: [],
  name: [],
  path: [],
  model: [],
  inferred: [],
  budgetW: [],
  feeds: [],
  inventory: NO_INVENTORY,
};

/** The whole console: bars above and below, banners, and the view that the address names. */
export function App() {
  useKeepInStep();
  const { live, replay, report } = useConsole();
  const { past } = useTravel();
  const away = replay !== null || past !== null;
  const hello = useHello();
  const freshness = useFreshness();
  const frame = useLive((held) => held);
  const layout = useLive((_, store) => store.layout());
  const pausedAt = useLive((_, store) => store.pausedAt());
  const { route, go } = useRoute();
  const { view } = route;
  const lastOf = useLastRoutes(route);
  const [theme, setTheme] = useState<Theme>(firstTheme);
  const [keysOpen, setKeysOpen] = useState(false);
  const [searching, setSearching] = useState(false);
  const [capturing, setCapturing] = useState<CaptureAbout | 'now' | null>(null);
  const [saving, setSaving] = useState(false);
  const [table, setTable] = useState(false);
  const state = useOverviewState(layout ?? NOWHERE, lastOf('overview'), go, view === 'overview');
  const closeDemo = useCloseDemo();
  const fresh = !away && isFirstRun(hello.data, frame);
  const operate = hello.data?.role === 'operate';
  const waits = noFleet(view, layout, frame);

  // A replay counts what stood open then, a report is called by its sentence.
  const counts = hello.data?.settings.notify?.badge !== false;
  const title = report ? (replay?.snapshot.manifest.title ?? '') : '';
  useTitle(title, view, freshness, counts ? (frame?.alerts.counts.unowned ?? 0) : 0);
  useNotices(
    frame?.alerts.version ?? 0,
    hello.data?.settings.notify,
    !away && view !== 'wall' && freshness.state !== 'stale' && pausedAt === null,
    freshness.now,
  );
  useEffect(() => applyTheme(theme), [theme]);
  useAppKeys({
    report,
    go: (to) => go(lastOf(to)),
    theme: () => setTheme(nextTheme(theme)),
    keys: () => setKeysOpen(true),
    search: () => setSearching(true),
    // Away from now Space plays, and there is nothing to capture.
    pause: !away ? () => live.pause(pausedAt === null) : null,
    capture: !away && operate ? () => setCapturing('now') : null,
    save: () => setSaving(true),
    table: WITH_OWN_TABLE.has(view) ? null : () => setTable(true),
    wall: () => openWall(go),
  });

  const over = useDrop();
  useOpenByAddress(route, go);

  // On a wall too: what a key opens there must not wait until the wall is left.
  const dialogs = (
    <>
      <CaptureDialog
        open={capturing !== null}
        onClose={() => setCapturing(null)}
        now={freshness.now}
        about={capturing === 'now' ? null : capturing}
        frame={frame}
        layout={layout}
        chosen={layout?.path[state.selected] ?? ''}
      />
      <SaveDialog
        open={saving}
        onClose={() => setSaving(false)}
        at={frame?.time ?? freshness.now}
        caption={captionOf(route, frame, freshness, replay?.snapshot.manifest.title ?? null, past !== null)}
      />
      <Palette
        open={searching}
        onClose={() => setSearching(false)}
        {...{ layout, frame, state, go, lastOf }}
        theme={() => setTheme(nextTheme(theme))}
        keys={() => setKeysOpen(true)}
        save={() => setSaving(true)}
        pause={() => live.pause(pausedAt === null)}
      />
      <TablesDialog title="View as table" open={table} onClose={() => setTable(false)} />
      <KeysDialog open={keysOpen} onClose={() => setKeysOpen(false)} />
    </>
  );
  if (view === 'wall')
    return (
      <>
        <Wall {...{ layout, frame, freshness, route, go }} onLeave={() => go(lastOf('overview'))} />
        {dialogs}
      </>
    );
  const page = (
    <div className={styles.app}>
      <TopBar
        view={view}
        lastOf={lastOf}
        crumbs={layout === null || fresh ? [] : crumbsFor(layout, route, state.selected)}
        onCrumb={(place) =>
          view === 'power' ? go({ view, object: layout?.path[place] ?? '' }) : goTo(layout, place, go)
        }
        freshness={freshness}
        pausedAt={pausedAt}
        onSearch={() => setSearching(true)}
        alerts={(frame?.alerts ?? NO_ALERTS).counts}
      />
      <div>
        <ReplayBanner />
        <TravelBanner />
        <OpeningBar />
        <Banners
          frame={fresh ? null : frame}
          freshness={freshness}
          last={live.lastSeen()}
          demo={isDemo(hello.data, frame)}
          pausedAt={pausedAt}
          onCloseDemo={operate ? () => closeDemo.mutate({}) : null}
          settings={hello.data?.trouble ?? null}
        />
      </div>
      {fresh && view === 'overview' ? (
        <FirstRun operate={operate} />
      ) : past !== null && frame === null ? (
        <PastLoading />
      ) : past !== null && view === 'snapshots' ? (
        <main className={messageStyles.centred}>
          <NowOnly title="Snapshots" why="They are files, each with a time of its own." />
        </main>
      ) : past !== null && view === 'sources' ? (
        <SourcesThen {...{ layout, frame }} lost={goneOf(freshness, false, 0) !== null} />
      ) : view === 'sources' ? (
        <SourcesPage hello={hello.data} {...{ frame, freshness }} paused={pausedAt !== null} />
      ) : waits !== null ? (
        <NoFleet why={waits} trouble={freshness.trouble} reading={hello.data?.reading ?? []} operate={operate} />
      ) : view === 'rack' || view === 'gpu' ? (
        <RackOrGpu {...{ layout, frame, route, go, freshness, theme }} paused={pausedAt !== null} />
      ) : view === 'interconnect' ? (
        <InterconnectPage {...{ layout, frame, freshness, theme, route, go }} paused={pausedAt !== null} />
      ) : view === 'compare' ? (
        <ComparePage {...{ layout, frame, freshness, route, go, theme }} />
      ) : view === 'power' ? (
        <PowerPage {...{ layout, frame, freshness, route, go }} paused={pausedAt !== null} />
      ) : view === 'snapshots' && replay === null ? (
        <Snapshots {...{ operate, theme, route }} onCapture={() => setCapturing('now')} />
      ) : view === 'alerts' && layout !== null && frame !== null ? (
        <AlertsView
          {...{ layout, frame, freshness, route, go }}
          operate={operate}
          stale={goneOf(freshness, pausedAt !== null, 0) !== null}
        />
      ) : view === 'report' && report ? (
        <ReportView />
      ) : view !== 'overview' && view !== 'report' ? (
        <Coming view={view} />
      ) : (
        <OverviewPage
          {...{ layout, frame, state, freshness, theme }}
          operate={operate && !away}
          paused={pausedAt !== null}
        />
      )}
      <StatusBar
        hints={fresh ? OTHER_HINTS : view === 'alerts' && away ? ALERT_HINTS_OVER : (HINTS[view] ?? OTHER_HINTS)}
        frame={frame}
        freshness={freshness}
        hello={hello.data}
        onKeys={() => setKeysOpen(true)}
      />
      {dialogs}
      {over ? (
        <div className={replayStyles.over}>
          <span>Drop a snapshot to open it in replay</span>
        </div>
      ) : null}
    </div>
  );
  return <CaptureContext value={operate && !away ? setCapturing : null}>{page}</CaptureContext>;
}

function RackOrGpu(props: PageProps) {
  return props.route.view === 'gpu' ? <GpuPage {...props} /> : <RackPage {...props} />;
}

/** The way down to what the view shows: the overview's choice, a rack, a GPU. */
function crumbsFor(layout: LayoutDocument, { view, object }: Route, selected: number): readonly Crumb[] {
  if (view === 'overview') return crumbsOf(layout, selected);
  if (view === 'power') return crumbsOf(layout, Math.max(0, layout.path.indexOf(object)));
  const place = view === 'rack' ? rackOfPath(layout, object) : view === 'gpu' ? layout.path.lastIndexOf(object) : -1;
  return place < 0 ? [] : crumbsOf(layout, place);
}

/** Where a crumb leads: racks and GPUs have pages of their own, what is above them stands on the overview. */
function goTo(layout: LayoutDocument | null, place: number, go: Go): void {
  const page = layout === null ? null : pageOf(layout, place);
  go(page ?? { view: 'overview', object: layout?.path[place] ?? '' });
}

/** The wall fills the screen where the browser lets it. */
function openWall(go: Go): void {
  go({ view: 'wall' });
  void document.documentElement.requestFullscreen?.().catch(() => {});
}

/** The keys that work in every view (ui.md 8). */
function useAppKeys(does: {
  report: boolean;
  go(view: ViewId): void;
  theme(): void;
  keys(): void;
  search(): void;
  pause: (() => void) | null;
  capture: (() => void) | null;
  wall(): void;
  save(): void;
  table: (() => void) | null;
}): void {
  useKeys({
    ...Object.fromEntries(viewsOf(does.report).map(({ id }, index) => [`${index + 1}`, () => does.go(id)])),
    d: does.theme,
    'Shift+P': () => does.go('power'),
    '[Shift]+(\\?)': does.keys,
    '$mod+k': does.search,
    w: does.wall,
    e: does.save,
    F11: does.wall,
    '[Shift]+(/)': does.search,
    ...(does.pause ? { Space: does.pause } : {}),
    ...(does.table ? { v: does.table } : {}),
    ...(does.capture ? { 'Shift+S': does.capture } : {}),
    F6: () => nextRegion(1),
    'Shift+F6': () => nextRegion(-1),
  });
}

/** The window's title says it too when there is no data, and counts alerts: a tab in the background is looked at as well. */
function useTitle(fixed: string, view: ViewId, { trouble, state }: Freshness, unowned: number): void {
  const gone = trouble !== '' || state === 'stale';
  useEffect(() => {
    // A report is called by its sentence, whatever is looked at in it.
    if (fixed !== '') return;
    const label = PAGES.find(({ id }) => id === view)?.label;
    // What is not known is not counted: the title says so instead.
    showCount(`${gone ? 'No data · ' : ''}${label} · Fleetwatt`, gone ? 0 : unowned);
  }, [fixed, view, gone, unowned]);
}

function SourcesPage(props: {
  hello: HelloReply | undefined;
  frame: ViewFrame | null;
  freshness: Freshness;
  paused: boolean;
}) {
  const { hello, frame, freshness, paused } = props;
  if (hello === undefined) return <main data-region />;
  const { now, trouble } = freshness;
  const lost = trouble !== '' || (freshness.state === 'stale' && !paused);
  return <Sources {...{ hello, now, trouble, lost }} sources={frame?.sources ?? NO_SOURCES} />;
}

const NO_SOURCES: readonly SourceHealth[] = [];

function isDemo(hello: HelloReply | undefined, frame: ViewFrame | null): boolean {
  const known = [...(hello?.settings.sources ?? []), ...(frame?.sources ?? [])];
  return hello?.settings.demo === true || known.some((source) => source.id === DEMO_ID);
}

/** Nothing is configured and nothing was given at the start. */
function isFirstRun(hello: HelloReply | undefined, frame: ViewFrame | null): boolean {
  if (hello === undefined || hello.settings.demo) return false;
  return hello.reading.length === 0 && (frame === null || frame.sources.length === 0);
}

/** F6: the focus goes to the first control of the next region of the page. */
function nextRegion(step: number): void {
  const regions = [...document.querySelectorAll<HTMLElement>('header, [data-region], footer')].filter(
    (region) => region.querySelector(FOCUSABLE) !== null,
  );
  if (regions.length === 0) return;
  const at = regions.findIndex((region) => region.contains(document.activeElement));
  const next = regions[at < 0 ? (step > 0 ? 0 : regions.length - 1) : (at + step + regions.length) % regions.length];
  next.querySelector<HTMLElement>(FOCUSABLE)?.focus();
}

const FOCUSABLE = 'a[href], button:not(:disabled):not([tabindex="-1"]), input, textarea, [tabindex="0"]';
