import type { ReactNode } from 'react';
import type { SourceHealth } from '../../shared/contract/sources.ts';
import type { LayoutDocument, ViewFrame } from '../../shared/contract.ts';
import { GPU, RACK } from '../../shared/topology.ts';
import { useOpenDemo } from '../ask/ask.ts';
import type { Freshness } from '../live/freshness.ts';
import parts from '../parts/parts.module.css';
import type { Theme } from '../theme/theme.ts';
import styles from './coming.module.css';
import { goneOf } from './gone.ts';
import { Overview } from './overview/Overview.tsx';
import type { OverviewState } from './overview/overview-state.ts';
import { countAt } from './places.ts';

/** The overview, or why there is none yet: loading, nothing found, no answer (ui.md 5). */
export function OverviewPage(props: {
  layout: LayoutDocument | null;
  frame: ViewFrame | null;
  state: OverviewState;
  freshness: Freshness;
  paused: boolean;
  theme: Theme;
  operate: boolean;
}) {
  const { layout, frame, freshness } = props;
  const faulty = frame?.sources.filter((source) => source.fault !== null) ?? [];
  if (layout === null || frame === null) {
    return (
      <Message title={freshness.trouble === '' ? 'Loading the fleet' : freshness.trouble}>
        <p>{freshness.trouble === '' ? 'The first samples are being read.' : 'Nothing was read yet.'}</p>
      </Message>
    );
  }
  const racks = countAt(layout, RACK);
  if (countAt(layout, GPU) === 0 && racks === 0) {
    const reading = frame.sources.some((source) => source.state === 'starting');
    if (faulty.length > 0) return <NoAnswer source={faulty[0]} />;
    if (reading) return <Message title="Loading the fleet">The first samples are being read.</Message>;
    return <NothingFound />;
  }
  return <Overview {...props} layout={layout} frame={frame} gone={goneOf(freshness, props.paused, racks)} />;
}

function NothingFound() {
  const demo = useOpenDemo();
  return (
    <Message title="No GPUs found in this source.">
      <p>Fleetwatt looked for DCGM_FI_DEV_POWER_USAGE.</p>
      <div className={styles.actions}>
        <a className={parts.button} href="#/sources">
          Test connection
        </a>
        <button type="button" className={parts.button} disabled={demo.isPending} onClick={() => demo.mutate({})}>
          Open demo fleet
        </button>
      </div>
    </Message>
  );
}

function NoAnswer({ source }: { source: SourceHealth }) {
  return (
    <Message title={`${source.name} does not answer`}>
      <p>
        {source.fault?.message} {source.fault?.hint}
      </p>
      <p>It is tried again with every poll.</p>
      <div className={styles.actions}>
        <a className={parts.button} href="#/sources">
          Open Sources
        </a>
      </div>
    </Message>
  );
}

function Message({ title, children }: { title: string; children: ReactNode }) {
  return (
    <main className={styles.message} data-region>
      <h2>{title}</h2>
      {children}
    </main>
  );
}
