import type { SnapshotRow } from '../../../shared/contract/snapshots.ts';
import { formatBytes, formatCount, formatDate } from '../../../shared/format.ts';
import parts from '../../parts/parts.module.css';
import styles from './snapshots.module.css';

/** Files that were put aside, each with the way back; nothing where there are none. */
export function RemovedFiles(props: {
  rows: readonly SnapshotRow[];
  /** null for a viewer who may not. */
  onBringBack: ((file: string) => void) | null;
}) {
  const { rows, onBringBack } = props;
  if (rows.length === 0) return null;
  return (
    <details className={styles.aside}>
      <summary>Removed, {formatCount(rows.length)}</summary>
      <ul>
        {rows.map(({ file, manifest, bytes, keptUntil }) => (
          <li key={file}>
            <span>
              {manifest?.title ?? file}
              <span className={parts.caption}>
                {` ${formatBytes(bytes)}, kept until ${formatDate(keptUntil ?? 0)} or until its place is needed`}
              </span>
            </span>
            {onBringBack === null ? null : (
              <button
                type="button"
                className={parts.button}
                aria-label={`Bring back ${manifest?.title ?? file}`}
                onClick={() => onBringBack(file)}
              >
                Bring back
              </button>
            )}
          </li>
        ))}
      </ul>
    </details>
  );
}
