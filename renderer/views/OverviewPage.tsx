import type { ReactNode } from 'react';
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
  if (layout === null || frame === null) {
    return (
      <Message title={freshness.trouble === '' ? 'Loading the fleet' : freshness.trouble}>
        <p>{freshness.trouble === '' ? 'The first samples are being read.' : 'Nothing was read yet.'}</p>
      </Message>
    );
  }
  const racks = countAt(layout, RACK);
  if (countAt(layout, GPU) === 0 && racks === 0) return <NothingFound />;
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

/** A few words in the middle of a view. */
export function Message({ title, children }: { title: string; children: ReactNode }) {
  return (
    <main className={styles.message} data-region>
      <h2>{title}</h2>
      {children}
    </main>
  );
}
