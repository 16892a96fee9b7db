import type { LayoutDocument, ViewFrame } from '../../../shared/contract.ts';
import type { Freshness } from '../../live/freshness.ts';
import type { Theme } from '../../theme/theme.ts';
import { goneOf } from '../gone.ts';
import type { Go, Route } from '../route.ts';
import { Interconnect } from './Interconnect.tsx';
import styles from './interconnect.module.css';
import { useInterconnectState } from './interconnect-state.ts';

/** The interconnect, or why there is none yet. */
export function InterconnectPage(props: {
  layout: LayoutDocument | null;
  frame: ViewFrame | null;
  freshness: Freshness;
  paused: boolean;
  theme: Theme;
  route: Route;
  go: Go;
}) {
  const { layout, frame, freshness, theme, go } = props;
  const state = useInterconnectState(props.route, go);
  if (layout === null || frame === null) {
    const trouble = freshness.trouble;
    return (
      <main className={styles.message} data-region>
        <h2>{trouble === '' ? 'Loading the network' : trouble}</h2>
        <p>{trouble === '' ? 'The first samples are being read.' : 'Nothing was read yet.'}</p>
      </main>
    );
  }
  const gone = goneOf(freshness, props.paused, layout.start[4] - layout.start[3]);
  return <Interconnect {...{ layout, frame, state, freshness, theme, gone, go }} />;
}
