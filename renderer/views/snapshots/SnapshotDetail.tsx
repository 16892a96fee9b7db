import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import type { ExportFormat, SnapshotRow } from '../../../shared/contract/snapshots.ts';
import { formatBytes, formatCount, formatDate, formatTime } from '../../../shared/format.ts';
import type { RedactionKind } from '../../../shared/snapshot/manifest.ts';
import { useDescribeSnapshot, useRedactionPreview } from '../../ask/ask.ts';
import { faultOf } from '../../link/link.ts';
import { useConsole } from '../../live/console.tsx';
import { Kbd } from '../../parts/Kbd.tsx';
import parts from '../../parts/parts.module.css';
import { saveFile } from '../../save/save-file.ts';
import type { Theme } from '../../theme/theme.ts';
import { Redactions, Text } from './CaptureDialog.tsx';
import { CompareDialog } from './CompareDialog.tsx';
import { EXPORT_FORMATS } from './export-formats.ts';
import { fetchForm } from './fetch-file.ts';
import { integrityText, tagsOf, windowText } from './snapshot-words.ts';
import styles from './snapshots.module.css';

/** One file: what is in it, what a person wrote of it, and in which form it may leave. */
export function SnapshotDetail(props: {
  row: SnapshotRow;
  /** The library, for what it may be compared with. */
  rows: readonly SnapshotRow[];
  theme: Theme;
  operate: boolean;
  opening: number | null;
  onOpen: () => void;
  onRemove: () => void;
  onChanged: () => void;
}) {
  const { row, operate, opening } = props;
  const whole = row.integrity === 'whole';
  const [comparing, setComparing] = useState(false);
  return (
    <div className={styles.detail}>
      <Facts row={row} />
      {whole ? (
        <div className={styles.actions}>
          <button type="button" className={parts.primary} onClick={props.onOpen} disabled={opening !== null}>
            {opening === null ? 'Open in replay' : `Opening, ${Math.floor(opening * 100)}%`} <Kbd>Enter</Kbd>
          </button>
          <button type="button" className={parts.button} onClick={() => setComparing(true)}>
            Compare
          </button>
          <CompareDialog
            row={row}
            rows={props.rows}
            theme={props.theme}
            open={comparing}
            onClose={() => setComparing(false)}
          />
          <button type="button" className={parts.button} onClick={props.onRemove} disabled={!operate}>
            Remove <Kbd>Delete</Kbd>
          </button>
        </div>
      ) : (
        <div className={styles.actions}>
          <p className={styles.fault}>{row.trouble || 'This file is being checked.'}</p>
          <button type="button" className={parts.button} onClick={props.onRemove} disabled={!operate}>
            Remove <Kbd>Delete</Kbd>
          </button>
        </div>
      )}
      {operate ? <Words key={row.file} row={row} onChanged={props.onChanged} /> : <p>{row.note}</p>}
      {whole ? <Leave key={`leave ${row.file}`} row={row} /> : null}
    </div>
  );
}

function Facts({ row }: { row: SnapshotRow }) {
  const { manifest } = row;
  return (
    <dl className={styles.facts}>
      <dt>File</dt>
      <dd>
        {row.file}.fwsnap, {formatBytes(row.bytes)}
      </dd>
      <dt>State</dt>
      <dd className={row.integrity === 'altered' || row.integrity === 'unreadable' ? styles.bad : undefined}>
        {integrityText(row)}
      </dd>
      {manifest === null ? null : (
        <>
          <dt>Window</dt>
          <dd>
            {windowText(manifest)}, {formatCount(manifest.instants)} instants
          </dd>
          <dt>Place</dt>
          <dd>{manifest.scope || 'The whole fleet'}</dd>
          <dt>In it</dt>
          <dd>
            {formatCount(manifest.counts.gpus)} GPUs, {formatCount(manifest.counts.racks)} racks,{' '}
            {formatCount(manifest.counts.alerts)} alerts, {formatCount(manifest.counts.samples)} samples
          </dd>
          <dt>Taken</dt>
          <dd>
            {formatDate(manifest.made.at)} {formatTime(manifest.made.at)}
            {manifest.made.by === '' ? '' : ` by ${manifest.made.by}`}
          </dd>
          {manifest.redacted.length === 0 ? null : (
            <>
              <dt>Redacted</dt>
              <dd>{manifest.redacted.join(', ')}</dd>
            </>
          )}
          <dt>SHA-256</dt>
          <dd>
            <code>{row.digest}</code>
          </dd>
        </>
      )}
    </dl>
  );
}

/** Note and tags: beside the file, which never changes. */
function Words({ row, onChanged }: { row: SnapshotRow; onChanged: () => void }) {
  const [note, setNote] = useState(row.note);
  const [tags, setTags] = useState(row.tags.join(', '));
  const describe = useDescribeSnapshot();
  const same = note === row.note && tagsOf(tags).join() === row.tags.join();
  return (
    <form
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault();
        describe.mutate({ file: row.file, note, tags: tagsOf(tags) }, { onSuccess: onChanged });
      }}
    >
      <Text label="Note" value={note} onChange={setNote} most={20_000} lines={3} />
      <Text label="Tags, by commas" value={tags} onChange={setTags} most={400} />
      <div className={styles.actions}>
        <button type="submit" className={parts.button} disabled={same || describe.isPending}>
          Save note and tags
        </button>
        {describe.error ? <span className={styles.fault}>{faultOf(describe.error).message}</span> : null}
      </div>
    </form>
  );
}

/** Another form of it, or the file itself, with a look at what will leave. */
function Leave({ row }: { row: SnapshotRow }) {
  const [format, setFormat] = useState<ExportFormat>('fwsnap');
  // On by default: what leaves this way is mostly meant for outside.
  const [redact, setRedact] = useState<readonly RedactionKind[]>([
    'hosts',
    'devices',
    'users',
    'jobs',
    'urls',
    'notes',
  ]);
  const { data: preview, isLoading: looking } = useRedactionPreview(
    { file: row.file, redact: [...redact] },
    redact.length > 0,
  );
  const { link } = useConsole();
  const [came, setCame] = useState(0);
  const leave = useMutation({
    mutationFn: () => fetchForm(link, { file: row.file, format, redact: [...redact] }, setCame),
    onMutate: () => setCame(0),
    onSuccess: ({ name, content }) => saveFile(name, content),
  });
  return (
    <div className={styles.form}>
      <Redactions value={redact} onChange={setRedact} />
      {preview === undefined || redact.length === 0 ? null : (
        <div role="status">
          <p className={parts.caption}>What leaves: “{preview.title}”</p>
          <ul className={styles.names}>
            {preview.names.map(({ kind, count, examples }) => (
              <li key={kind}>
                {formatCount(count)} {kind}:{' '}
                {examples
                  .slice(0, 2)
                  .map(({ from, to }) => `${from} → ${to}`)
                  .join(', ')}
              </li>
            ))}
            {preview.removed.map((what) => (
              <li key={what}>{what}: taken out</li>
            ))}
          </ul>
        </div>
      )}
      <div className={styles.actions}>
        <select aria-label="Form" value={format} onChange={(event) => setFormat(event.target.value as ExportFormat)}>
          {EXPORT_FORMATS.map(({ id, label }) => (
            <option key={id} value={id}>
              {label}
            </option>
          ))}
        </select>
        {/* Not before what leaves is on the screen, which also moves this button. */}
        <button
          type="button"
          className={parts.button}
          onClick={() => leave.mutate()}
          disabled={leave.isPending || looking}
        >
          {leave.isPending ? `Preparing${came > 0 ? `, ${formatBytes(came)}` : ''}` : 'Download'}
        </button>
        {leave.error ? (
          <span className={styles.fault} role="alert">
            {faultOf(leave.error).message} {faultOf(leave.error).hint}
          </span>
        ) : null}
      </div>
    </div>
  );
}
