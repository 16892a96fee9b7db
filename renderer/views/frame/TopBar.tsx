import type { AlertCounts } from '../../../shared/alerting/alert.ts';
import { useConsole } from '../../live/console.tsx';
import type { Freshness } from '../../live/freshness.ts';
import { Kbd } from '../../parts/Kbd.tsx';
import type { Crumb } from '../places.ts';
import { hrefOf, type Route } from '../route.ts';
import { type ViewId, viewsOf } from '../views.ts';
import { Beacon } from './Beacon.tsx';
import styles from './frame.module.css';

/** Pages without a tab of their own stand under the view that leads to them. */
const TAB_OF: Readonly<Partial<Record<ViewId, ViewId>>> = { gpu: 'rack', power: 'overview', compare: 'overview' };

/** The bar on top: wordmark, views with their keys, where we are, how fresh it is, and what time it is. */
export function TopBar(props: {
  view: ViewId;
  lastOf(view: ViewId): Route;
  crumbs: readonly Crumb[];
  onCrumb: (place: number) => void;
  freshness: Freshness;
  pausedAt: number | null;
  onSearch: () => void;
  alerts: Pick<AlertCounts, 'critical' | 'warning' | 'unowned'>;
}) {
  const { crumbs } = props;
  const { report } = useConsole();
  return (
    <header className={styles.top}>
      <h1 className={styles.brand}>
        <Logo /> Fleetwatt
      </h1>
      <nav className={styles.tabs} aria-label="Views">
        {viewsOf(report).map((view, index) => (
          <a
            key={view.id}
            href={hrefOf(props.lastOf(view.id))}
            aria-current={view.id === (TAB_OF[props.view] ?? props.view) ? 'page' : undefined}
          >
            {view.label} {view.id === 'alerts' ? <AlertCount {...props.alerts} /> : null} <Kbd>{`${index + 1}`}</Kbd>
          </a>
        ))}
      </nav>
      {crumbs.length === 0 ? null : (
        <nav aria-label="Breadcrumb" className={styles.crumbs}>
          <ol>
            {crumbs.map((crumb, index) => (
              <li key={crumb.text}>
                {index === crumbs.length - 1 ? (
                  <span aria-current="location" title={crumb.text}>
                    {crumb.text}
                  </span>
                ) : (
                  <button type="button" title={crumb.text} onClick={() => props.onCrumb(crumb.place)}>
                    {crumb.text}
                  </button>
                )}
              </li>
            ))}
          </ol>
        </nav>
      )}
      <button type="button" className={styles.search} onClick={props.onSearch} aria-keyshortcuts="Control+K">
        <Lens /> <span>Jump to rack, GPU, alert</span> <Kbd>Ctrl K</Kbd>
      </button>
      <Beacon freshness={props.freshness} pausedAt={props.pausedAt} />
    </header>
  );
}

/** How many firing alerts nobody has taken; by shape and colour whether a critical one fires. */
function AlertCount({ critical, warning, unowned }: Pick<AlertCounts, 'critical' | 'warning' | 'unowned'>) {
  if (unowned === 0) return null;
  const severity = critical > 0 ? 'critical' : warning > 0 ? 'warning' : 'advisory';
  return (
    <span className={styles.alertCount} data-severity={severity}>
      {unowned}
      <span className="hidden"> unacknowledged, worst {severity}</span>
    </span>
  );
}

function Lens() {
  return (
    <svg width="14" height="14" viewBox="0 0 14 14" aria-hidden="true" fill="none" stroke="currentColor">
      <circle cx="6" cy="6" r="4" strokeWidth="1.5" />
      <path d="M9 9l4 4" strokeWidth="1.5" />
    </svg>
  );
}

function Logo() {
  return (
    <svg width="20" height="20" viewBox="0 0 20 20" aria-hidden="true">
      <g fill="var(--tx-1)">
        <rect x="1" y="12" width="4" height="7" />
        <rect x="6" y="8" width="4" height="11" />
        <rect x="11" y="4.6" width="4" height="14.4" />
      </g>
      <rect x="16" y="3" width="3" height="16" fill="var(--tx-4)" />
      <path d="M0 2.2h20" stroke="var(--warn)" strokeWidth="2" />
    </svg>
  );
}
