import type { SourceHealth } from '../../../shared/contract/sources.ts';
import type { HelloReply, ViewFrame } from '../../../shared/contract.ts';
import { formatAge, formatBytes, formatCount, formatPercent } from '../../../shared/format.ts';
import { useWorkstation } from '../../ask/ask.ts';
import type { Freshness } from '../../live/freshness.ts';
import { useIsOver } from '../../live/travel.tsx';
import { Kbd } from '../../parts/Kbd.tsx';
import { printedNow, useKeyMap } from '../../theme/key-map.ts';
import styles from './frame.module.css';

export interface KeyHint {
  readonly keys: string;
  readonly action: string;
}

/** The bar at the bottom: keys of this view; the source, the poll, the age of the data, and this workstation. */
export function StatusBar(props: {
  hints: readonly KeyHint[];
  frame: ViewFrame | null;
  freshness: Freshness;
  hello: HelloReply | undefined;
  onKeys: () => void;
}) {
  const { frame, freshness } = props;
  const keys = useKeyMap();
  const isOver = useIsOver();
  const shown = freshness.state === 'live' || freshness.state === 'late';
  const summary = shown && frame !== null ? frame.summary : null;
  const p99 = summary?.ageP99Ms ?? null;
  return (
    <footer className={styles.status}>
      {props.hints
        .filter((hint) => printedNow(keys, hint.keys) !== '')
        .map((hint) => (
          <span key={hint.keys} className={styles.hint}>
            <Kbd>{hint.keys}</Kbd> {hint.action}
          </span>
        ))}
      <button type="button" className={styles.allKeys} onClick={props.onKeys}>
        <Kbd>?</Kbd> All keys
      </button>
      <span className={styles.spring} />
      {frame === null ? null : <span>{sourcesText(frame.sources, freshness.trouble, isOver)}</span>}
      {frame === null ? null : <span className="num">Poll {formatAge(frame.pollMs)}</span>}
      {p99 === null ? null : <span className="num">Data age p99 {formatAge(p99)}</span>}
      {summary === null ? null : (
        <span className="num">
          {formatCount(summary.gpusReporting)} of {formatCount(summary.gpus)} GPUs reporting
        </span>
      )}
      {/* Programs are started for these numbers: not while the first reading of the fleet is waited for. */}
      {frame === null ? null : <Workstation />}
    </footer>
  );
}

/** "Prometheus pdx-prom-01 · up · 41 ms"; with several sources how many of them are up. */
function sourcesText(sources: readonly SourceHealth[], trouble: string, isOver: boolean): string {
  if (trouble !== '') return 'Source state not known';
  // How sources did is remembered for a day, by the engine that read them.
  if (sources.length === 0) return isOver ? 'How sources did then is not kept' : 'No source';
  if (sources.length > 1) {
    const up = sources.filter((source) => source.state === 'up').length;
    return `${up} of ${sources.length} sources up`;
  }
  const [source] = sources;
  const kind = source.kind === 'prometheus' ? 'Prometheus' : 'Exporters';
  const time = source.lastMs === null || source.state === 'down' ? '' : ` · ${Math.round(source.lastMs)} ms`;
  return `${kind} ${source.name} · ${source.state}${time}`;
}

function Workstation() {
  const { data, isError } = useWorkstation();
  if (data === undefined || isError) return null;
  const cpu = data.cpuRatio === null ? '—' : formatPercent(data.cpuRatio, 0);
  const memory =
    data.memUsedB === null || data.memTotalB === null
      ? ''
      : `, memory ${formatBytes(data.memUsedB)} of ${formatBytes(data.memTotalB)}`;
  return (
    <span className="num">
      This workstation CPU {cpu}
      {memory}
    </span>
  );
}
