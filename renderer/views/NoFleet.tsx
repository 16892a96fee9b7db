import type { SourceHealth } from '../../shared/contract/sources.ts';
import type { LayoutDocument, ViewFrame } from '../../shared/contract.ts';
import { GPU, RACK } from '../../shared/topology.ts';
import { useRetry } from '../ask/ask.ts';
import { Kbd } from '../parts/Kbd.tsx';
import parts from '../parts/parts.module.css';
import styles from './coming.module.css';
import { useKeys } from './keys.ts';
import { Message } from './OverviewPage.tsx';
import { countAt } from './places.ts';
import type { ViewId } from './views.ts';

/** Pages that show nothing but the fleet. */
const OF_FLEET: ReadonlySet<ViewId> = new Set(['overview', 'rack', 'gpu', 'interconnect', 'power']);

/** Why a page of the fleet has nothing to show yet: no source, one that does not answer, or one that is still read; null when it has. */
export function noFleet(
  view: ViewId,
  layout: LayoutDocument | null,
  frame: ViewFrame | null,
): SourceHealth | 'reading' | 'none' | null {
  if (!OF_FLEET.has(view)) return null;
  if (frame === null) return 'reading';
  if (layout === null || countAt(layout, GPU) > 0 || countAt(layout, RACK) > 0) return null;
  if (frame.sources.length === 0) return 'none';
  const faulty = frame.sources.find((source) => source.fault !== null);
  return faulty ?? (frame.sources.some(({ state }) => state === 'starting') ? 'reading' : null);
}

/** No fleet yet: which sources are read, or what is wrong with one and what can be done (ui.md 5). */
export function NoFleet(props: {
  why: SourceHealth | 'reading' | 'none';
  /** What the console itself lacks, such as its engine; '' when nothing. */
  trouble: string;
  reading: readonly string[];
  operate: boolean;
}) {
  const { why, trouble, reading } = props;
  if (why === 'none') return <NoSource />;
  if (why !== 'reading') return <NoAnswer source={why} operate={props.operate} />;
  return (
    <Message title={trouble === '' ? 'Loading the fleet' : trouble}>
      <p>
        {trouble === ''
          ? `Reading ${reading.join(', ') || 'the sources'} for the first time.`
          : 'Nothing was read yet.'}
      </p>
    </Message>
  );
}

function NoSource() {
  return (
    <Message title="No source is connected">
      <p>This page shows what a source tells of the fleet: a Prometheus-compatible server, exporters, or the demo.</p>
      <div className={styles.actions}>
        <a className={parts.button} href="#/">
          Connect a source
        </a>
      </div>
    </Message>
  );
}

function NoAnswer({ source, operate }: { source: SourceHealth; operate: boolean }) {
  const retry = useRetry();
  useKeys(operate ? { r: () => retry.mutate({}) } : {});
  return (
    <Message title={`${source.name} does not answer`}>
      <p>
        {source.fault?.message} {source.fault?.hint}
      </p>
      <p>It is tried again by itself, at least once a minute.</p>
      <div className={styles.actions}>
        {operate ? (
          <button type="button" className={parts.button} disabled={retry.isPending} onClick={() => retry.mutate({})}>
            Retry <Kbd>R</Kbd>
          </button>
        ) : null}
        <a className={parts.button} href="#/sources">
          Open Sources
        </a>
      </div>
    </Message>
  );
}
