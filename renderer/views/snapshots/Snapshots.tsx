import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import type { SnapshotJob, SnapshotRow } from '../../../shared/contract/snapshots.ts';
import { formatBytes, formatCount } from '../../../shared/format.ts';
import { useCancelSnapshot, useRemoveSnapshot, useRestoreSnapshot, useSnapshots } from '../../ask/ask.ts';
import { faultOf } from '../../link/link.ts';
import { useConsole } from '../../live/console.tsx';
import { Kbd } from '../../parts/Kbd.tsx';
import parts from '../../parts/parts.module.css';
import type { Theme } from '../../theme/theme.ts';
import { useKeys } from '../keys.ts';
import { bytesOfFile } from '../replay/OpeningBar.tsx';
import type { Route } from '../route.ts';
import { ByItself } from './ByItself.tsx';
import { fetchFile } from './fetch-file.ts';
import { RemovedFiles } from './RemovedFiles.tsx';
import { SnapshotDetail } from './SnapshotDetail.tsx';
import { found, integrityText, jobText, windowText } from './snapshot-words.ts';
import styles from './snapshots.module.css';
import { Thumbnail } from './Thumbnail.tsx';

/** The library of snapshots: what there is, what is being taken, and one of them in full. */
export function Snapshots(props: { operate: boolean; theme: Theme; route: Route; onCapture: () => void }) {
  const { data, error } = useSnapshots();
  const client = useQueryClient();
  const again = () => void client.invalidateQueries({ queryKey: ['snapshots'] });
  const [search, setSearch] = useState('');
  const [chosen, setChosen] = useState(props.route.object);
  const [removed, setRemoved] = useState('');
  const remove = useRemoveSnapshot();
  const restore = useRestoreSnapshot();
  const { link, opening, openReplay } = useConsole();
  const open = ({ file, manifest }: SnapshotRow) =>
    void openReplay(manifest?.title ?? file, (progress) => fetchFile(link, file, progress));
  const openFile = (file: File) => void openReplay(file.name, () => bytesOfFile(file));
  const here = data?.rows.filter((row) => row.keptUntil === null) ?? [];
  const aside = data?.rows.filter((row) => row.keptUntil !== null) ?? [];
  const rows = found(here, search);
  const row = rows.find(({ file }) => file === chosen) ?? rows[0];
  const checking = here.some(({ integrity }) => integrity === 'checking');
  useEffect(() => {
    if (!checking) return;
    const timer = setTimeout(() => void client.invalidateQueries({ queryKey: ['snapshots'] }), 500);
    return () => clearTimeout(timer);
  });
  const takeOut = () => {
    if (row === undefined || !props.operate) return;
    const { file } = row;
    remove.mutate(
      { file },
      {
        onSuccess() {
          setRemoved(file);
          again();
        },
      },
    );
  };
  const bringBack = (file: string) =>
    restore.mutate(
      { file },
      {
        onSuccess() {
          setChosen(file);
          setRemoved('');
          again();
        },
      },
    );
  const step = (by: number) => {
    const at = rows.findIndex(({ file }) => file === row?.file);
    setChosen(rows[Math.min(rows.length - 1, Math.max(0, at + by))]?.file ?? '');
  };
  useKeys({
    ArrowDown: () => step(1),
    ArrowUp: () => step(-1),
    Enter: () => row?.integrity === 'whole' && open(row),
    Delete: takeOut,
  });
  const fault = error ?? remove.error ?? restore.error;
  return (
    <main className={styles.page}>
      <section className={parts.panel} aria-label="List of snapshots" data-region>
        <div className={parts.header}>
          <h2>Snapshots</h2>
          <span className={parts.caption}>
            {data === undefined
              ? ''
              : `${formatCount(here.length)}, ${formatBytes(data.bytes)} of ${formatBytes(data.quotaBytes)}`}
          </span>
          <input
            className={`${styles.search} ${parts.end}`}
            type="search"
            aria-label="Search titles, notes and tags"
            placeholder="Search titles, notes and tags"
            value={search}
            onChange={(event) => setSearch(event.target.value)}
          />
          <OpenFile onFile={openFile} />
          <button type="button" className={parts.button} onClick={props.onCapture} disabled={!props.operate}>
            Capture snapshot <Kbd>Shift S</Kbd>
          </button>
        </div>
        {data?.jobs.filter(isUnderWay).map((job) => (
          <Job key={job.job} job={job} operate={props.operate} />
        ))}
        {fault ? (
          <p className={styles.quiet} role="alert">
            <span className={styles.fault}>{`${faultOf(fault).message} ${faultOf(fault).hint}`}</span>
          </p>
        ) : null}
        <List
          {...{ rows, all: here.length, loading: data === undefined && !error, theme: props.theme }}
          chosen={row?.file ?? ''}
          onChoose={setChosen}
        />
        {removed === '' ? null : (
          <div className={styles.undo} role="status">
            {removed} was removed.
            <button type="button" className={parts.button} onClick={() => bringBack(removed)}>
              Undo
            </button>
          </div>
        )}
        <ByItself operate={props.operate} />
        <RemovedFiles rows={aside} onBringBack={props.operate ? bringBack : null} />
      </section>
      <section className={parts.panel} aria-label="Snapshot" data-region>
        <div className={parts.header}>
          <h2 className={styles.title} title={row?.manifest?.title}>
            {row === undefined ? 'No snapshot chosen' : (row.manifest?.title ?? row.file)}
          </h2>
        </div>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard. */}
        <section className={styles.scroll} tabIndex={0} aria-label="Facts and forms">
          {row === undefined ? (
            <p className={styles.quiet}>
              A snapshot keeps the minutes around an incident in one file: to replay it, to compare it with now, and to
              give it away as a report, with names or without.
            </p>
          ) : (
            <SnapshotDetail
              theme={props.theme}
              {...{
                row,
                rows: here,
                operate: props.operate,
                opening: opening === null || opening.trouble !== '' ? null : opening.share,
              }}
              onOpen={() => open(row)}
              onRemove={takeOut}
              onChanged={again}
            />
          )}
        </section>
      </section>
    </main>
  );
}

const isUnderWay = ({ state }: SnapshotJob) => state !== 'done' && state !== 'cancelled';

function OpenFile({ onFile }: { onFile: (file: File) => void }) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <input
        ref={input}
        type="file"
        accept=".fwsnap"
        hidden
        onChange={(event) => {
          const [file] = event.target.files ?? [];
          if (file) onFile(file);
          event.target.value = '';
        }}
      />
      <button type="button" className={parts.button} onClick={() => input.current?.click()}>
        Open file
      </button>
    </>
  );
}

function Job({ job, operate }: { job: SnapshotJob; operate: boolean }) {
  const cancel = useCancelSnapshot();
  return (
    <div className={styles.job} role="status">
      <b>{job.title}</b>
      <span className={job.state === 'failed' ? styles.fault : undefined}>{jobText(job)}</span>
      {job.state === 'failed' ? null : (
        <>
          <progress max={1} value={job.done} aria-label={`Progress of ${job.title}`} />
          <button
            type="button"
            className={parts.button}
            disabled={!operate}
            onClick={() => cancel.mutate({ job: job.job })}
          >
            Cancel
          </button>
        </>
      )}
    </div>
  );
}

function List(props: {
  rows: readonly SnapshotRow[];
  all: number;
  loading: boolean;
  theme: Theme;
  chosen: string;
  onChoose: (file: string) => void;
}) {
  const { rows } = props;
  if (props.loading) return <p className={styles.quiet}>Loading snapshots</p>;
  if (rows.length === 0)
    return (
      <p className={styles.quiet}>
        {props.all > 0 ? 'No snapshot has these words.' : 'No snapshots yet. Press Shift S on any view.'}
      </p>
    );
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard.
    <section className={styles.scroll} tabIndex={0} aria-label="Files">
      <table className={styles.table}>
        <thead>
          <tr>
            <th scope="col">Racks</th>
            <th scope="col">Snapshot</th>
            <th scope="col">Tags</th>
            <th scope="col">State</th>
            <th scope="col">Size</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.file} aria-selected={row.file === props.chosen}>
              <td>{row.manifest === null ? null : <Thumbnail cells={row.thumbnail} theme={props.theme} />}</td>
              <td>
                <button
                  type="button"
                  className={styles.pick}
                  aria-pressed={row.file === props.chosen}
                  onClick={() => props.onChoose(row.file)}
                >
                  {row.manifest?.title ?? row.file}
                  <span>
                    {row.manifest === null ? row.trouble : windowText(row.manifest)}
                    {row.manifest?.scope ? `, ${row.manifest.scope}` : ''}
                  </span>
                </button>
              </td>
              <td>
                {row.tags.map((tag) => (
                  <span key={tag} className={styles.tag}>
                    {tag}
                  </span>
                ))}
              </td>
              <td className={row.integrity === 'altered' || row.integrity === 'unreadable' ? styles.bad : undefined}>
                {integrityText(row)}
              </td>
              <td className="num">{formatBytes(row.bytes)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
