import type { LayoutDocument, ViewFrame } from '../../../shared/contract.ts';
import { NODE, RACK } from '../../../shared/topology.ts';
import type { Freshness } from '../../live/freshness.ts';
import { goneOf } from '../gone.ts';
import type { Go, Route } from '../route.ts';
import { Power } from './Power.tsx';
import styles from './power.module.css';
import { usePowerState } from './power-state.ts';

interface Props {
  readonly layout: LayoutDocument | null;
  readonly frame: ViewFrame | null;
  readonly freshness: Freshness;
  readonly paused: boolean;
  readonly route: Route;
  readonly go: Go;
}

/** Power, or why there is none yet. */
export function PowerPage(props: Props) {
  const { layout, frame, freshness } = props;
  const { trouble } = freshness;
  if (layout === null || frame === null)
    return (
      <Message title={trouble === '' ? 'Loading the fleet' : trouble}>
        {trouble === '' ? 'The first samples are being read.' : 'Nothing was read yet.'}
      </Message>
    );
  if (layout.start[NODE] === layout.start[RACK])
    return (
      <Message title="No place is known yet.">
        Power is told of sites, halls, rows and racks. Connect a source, or put topology.csv into the profile folder.
      </Message>
    );
  return <Shown {...props} layout={layout} frame={frame} />;
}

function Shown(props: Props & { readonly layout: LayoutDocument; readonly frame: ViewFrame }) {
  const { layout, frame, freshness, go } = props;
  const state = usePowerState(layout, props.route, go);
  const gone = goneOf(freshness, props.paused, layout.start[NODE] - layout.start[RACK]);
  return <Power {...{ layout, frame, state, freshness, gone, go }} />;
}

function Message({ title, children }: { title: string; children: string }) {
  return (
    <main className={styles.message} data-region>
      <h2>{title}</h2>
      <p>{children}</p>
    </main>
  );
}
