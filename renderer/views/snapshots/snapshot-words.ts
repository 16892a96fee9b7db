import type { SnapshotJob, SnapshotRow } from '../../../shared/contract/snapshots.ts';
import { formatBytes, formatDate, formatTime } from '../../../shared/format.ts';
import { REDACTION_WORDS, type RedactionKind } from '../../../shared/snapshot/manifest.ts';

export const REDACTION_KINDS = Object.keys(REDACTION_WORDS) as readonly RedactionKind[];

/** "14:12:00 to 14:32:00 UTC, 23 Nov 2026". */
export function windowText({ from, to }: { readonly from: number; readonly to: number }): string {
  return `${formatTime(from).replace(' UTC', '')} to ${formatTime(to)}, ${formatDate(to)}`;
}

/** Whether a file may be believed, in words. */
export function integrityText({ integrity, seal }: Pick<SnapshotRow, 'integrity' | 'seal'>): string {
  if (integrity === 'checking') return 'Being checked';
  if (integrity === 'altered') return 'Altered';
  if (integrity === 'unreadable') return 'Not readable';
  return seal?.kind === 'signed' ? 'Whole, signed' : 'Whole, not signed';
}

const STEPS: Readonly<Record<SnapshotJob['state'], string>> = {
  recording: 'Recording what comes after',
  gathering: 'Gathering',
  packing: 'Packing',
  writing: 'Writing',
  done: 'Done',
  cancelled: 'Cancelled',
  failed: 'Failed',
};

/** "Writing, 40%, 3.2 MB". */
export function jobText({ state, done, bytes, trouble }: SnapshotJob): string {
  if (state === 'failed') return trouble;
  const share = state === 'done' || state === 'cancelled' ? '' : `, ${Math.floor(done * 100)}%`;
  return `${STEPS[state]}${share}${bytes > 0 ? `, ${formatBytes(bytes)}` : ''}`;
}

/** Rows whose title, place, note, tags or file have every word that is searched for. */
export function found(rows: readonly SnapshotRow[], search: string): readonly SnapshotRow[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  return rows.filter(({ file, note, tags, manifest }) => {
    const text = [file, note, ...tags, manifest?.title ?? '', manifest?.scope ?? '', manifest?.made.by ?? '']
      .join('\n')
      .toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

/** Tags as they are typed: "power, feed B". */
export const tagsOf = (text: string): string[] =>
  [...new Set(text.split(',').map((tag) => tag.trim().slice(0, 40)))].filter(Boolean).slice(0, 20);
