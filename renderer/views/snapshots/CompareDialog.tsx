import { useEffect, useMemo, useState } from 'react';
import type { Difference, PlaceDifference } from '../../../shared/compare.ts';
import type { SnapshotRow } from '../../../shared/contract/snapshots.ts';
import type { LayoutDocument } from '../../../shared/contract.ts';
import { formatCount, formatDate, formatPower, formatTime } from '../../../shared/format.ts';
import { RACK } from '../../../shared/topology.ts';
import { changeScale } from '../../draw/diverging.ts';
import { faultOf } from '../../link/link.ts';
import { useConsole } from '../../live/console.tsx';
import { DataTable, type TableColumn } from '../../parts/DataTable.tsx';
import { Dialog } from '../../parts/Dialog.tsx';
import { Missing } from '../../parts/Missing.tsx';
import type { Theme } from '../../theme/theme.ts';
import { placesOfBoth } from '../compare/both-places.ts';
import { ChangeLegend } from '../compare/CompareBody.tsx';
import { CompareFloor, hasRacks } from '../compare/CompareFloor.tsx';
import { fetchFile } from './fetch-file.ts';
import styles from './snapshots.module.css';
import { Thumbnail } from './Thumbnail.tsx';

/** What a snapshot is compared with: another one of the library, or the fleet as it is now. */
const LIVE = 'live';

/** Two moments side by side, their difference on the floor and by place, and which conditions came and went. */
export function CompareDialog(props: {
  row: SnapshotRow;
  rows: readonly SnapshotRow[];
  theme: Theme;
  open: boolean;
  onClose: () => void;
}) {
  const { row, rows, theme, open, onClose } = props;
  return (
    <Dialog title={`Compare “${row.manifest?.title ?? row.file}”`} open={open} onClose={onClose}>
      {open ? (
        <Comparison {...{ row, theme }} others={rows.filter((one) => one !== row && one.integrity === 'whole')} />
      ) : null}
    </Dialog>
  );
}

function Comparison(props: { row: SnapshotRow; others: readonly SnapshotRow[]; theme: Theme }) {
  const { row, others, theme } = props;
  const [other, setOther] = useState<string>(LIVE);
  const { found, trouble, share } = useDifference(row.file, other);
  const label = (one: SnapshotRow) => `${one.manifest?.title ?? one.file}, ${stamp(one.manifest?.at ?? one.written)}`;
  const against = others.find(({ file }) => file === other);
  return (
    <div className={styles.form}>
      <label className={styles.group}>
        With
        <select value={other} onChange={(event) => setOther(event.target.value)}>
          <option value={LIVE}>The fleet as it is now</option>
          {others.map((one) => (
            <option key={one.file} value={one.file}>
              {label(one)}
            </option>
          ))}
        </select>
      </label>
      {trouble !== '' ? (
        <p className={styles.fault} role="alert">
          {trouble}
        </p>
      ) : found === null ? (
        <p className={styles.quiet} role="status">
          Opening both, {Math.floor(share * 100)}%
        </p>
      ) : (
        <>
          <div className={styles.sides}>
            <Side row={row} theme={theme} watts={found.difference.total.beforeW} />
            <Side row={against ?? null} theme={theme} watts={found.difference.total.afterW} />
          </div>
          <Floor {...{ found, theme }} />
          <Found
            found={found.difference}
            before={`At ${stamp(row.manifest?.at ?? 0)}`}
            after={against ? `At ${stamp(against.manifest?.at ?? 0)}` : 'Now'}
          />
        </>
      )}
    </div>
  );
}

/** One of the two moments as its floor looked, with what the racks of both sides drew there. */
function Side({ row, theme, watts }: { row: SnapshotRow | null; theme: Theme; watts: number }) {
  return (
    <figure className={styles.side}>
      <figcaption>
        <b>{row === null ? 'Now' : stamp(row.manifest?.at ?? row.written)}</b>{' '}
        {Number.isNaN(watts) ? <Missing /> : formatPower(watts, 'row')}
      </figcaption>
      {row === null ? (
        <p className={styles.quiet}>Live on the overview</p>
      ) : (
        <Thumbnail cells={row.thumbnail} theme={theme} />
      )}
    </figure>
  );
}

/** What each rack drew more or less; one that only one side has stands there dashed. */
function Floor({ found: { difference, layout }, theme }: { found: Compared; theme: Theme }) {
  const scaleW = useMemo(
    () => changeScale(difference.places.flatMap(({ level, changeW }) => (level === RACK ? [changeW] : []))),
    [difference],
  );
  const [selected, setSelected] = useState('');
  if (!hasRacks(layout)) return null;
  return (
    <section aria-label="Change on the floor">
      <div className={styles.floorHeader}>
        Change of draw <ChangeLegend {...{ scaleW, theme }} />
      </div>
      <div className={styles.floor}>
        <CompareFloor
          {...{ layout, difference, scaleW, selected, theme }}
          sides={{ before: 'before', after: 'after' }}
          onSelect={setSelected}
        />
      </div>
    </section>
  );
}

/** The difference, and the places of both sides. */
interface Compared {
  readonly difference: Difference;
  readonly layout: LayoutDocument;
}

const stamp = (time: number) => `${formatDate(time)} ${formatTime(time)}`;

/** Opens one or two files and compares their moments; live numbers are those of when it was asked for. */
function useDifference(file: string, other: string) {
  const { link, live, readReplay } = useConsole();
  const [state, setState] = useState<{ found: Compared | null; trouble: string; share: number }>(NOTHING);
  useEffect(() => {
    let gone = false;
    setState(NOTHING);
    const tell = (share: number) => (gone ? undefined : setState({ ...NOTHING, share }));
    const run = async () => {
      const { compareSides, sideOfFrame, sideOfInstant } = await import('../../../shared/compare.ts');
      const momentOf = async (name: string, from: number) => {
        const replay = await readReplay(
          (progress) => fetchFile(link, name, progress),
          (share) => tell(from + share / 2),
        );
        replay.seek(replay.instantAt(replay.snapshot.manifest.at));
        const [instant, layout] = [replay.view.current(), replay.view.layout()];
        if (!instant || !layout) throw new Error('It has no instant');
        return { side: sideOfInstant(instant), layout };
      };
      const before = await momentOf(file, 0);
      if (other !== LIVE) {
        const after = await momentOf(other, 0.5);
        return { difference: compareSides(before.side, after.side), layout: placesOfBoth(before.layout, after.layout) };
      }
      const [layout, frame] = [live.layout(), live.get()];
      if (layout === null || frame === null || live.freshness().state === 'stale' || live.freshness().trouble !== '')
        throw new Error('There are no live numbers now: choose another snapshot.');
      const difference = compareSides(before.side, sideOfFrame(layout, frame));
      return { difference, layout: placesOfBoth(before.layout, layout) };
    };
    run().then(
      (found) => (gone ? undefined : setState({ found, trouble: '', share: 1 })),
      (error: unknown) => (gone ? undefined : setState({ ...NOTHING, trouble: faultOf(error).message })),
    );
    return () => {
      gone = true;
    };
  }, [link, live, readReplay, file, other]);
  return state;
}

const NOTHING = { found: null, trouble: '', share: 0 };

const LEVELS = ['Site', 'Hall', 'Row', 'Rack'] as const;
const orNull = (value: number) => (Number.isNaN(value) ? null : value);

function Found({ found, before, after }: { found: Difference; before: string; after: string }) {
  const { total, came, went, stayed } = found;
  return (
    <>
      <p>
        {total.racks === 0
          ? 'No rack has data on both sides.'
          : `${formatCount(total.racks)} racks on both sides drew ${formatPower(total.beforeW)} and ${formatPower(total.afterW)}: ${signed(total.changeW, 'row')}.`}{' '}
        {apart(found)}
      </p>
      <div className={styles.compared}>
        <DataTable
          label="Places compared"
          columns={columnsOf(before, after)}
          rows={found.places}
          keyOf={({ path }) => path}
          sort={{ column: 'change', descending: true }}
          qualityOf={({ assumed, has }) => (has !== 'both' ? `only ${has}` : assumed > 0 ? 'partly assumed' : '')}
          empty="Neither has a place."
        />
      </div>
      <dl className={styles.outcome}>
        {[
          ['Came', came],
          ['Went', went],
          ['Stayed', stayed],
        ].map(([name, titles]) => (
          <div key={name as string}>
            <dt>{name}</dt>
            <dd>{(titles as readonly string[]).length === 0 ? 'Nothing' : (titles as readonly string[]).join('; ')}</dd>
          </div>
        ))}
      </dl>
    </>
  );
}

/** What is in no sum, in words; '' where everything is. */
function apart({ total }: Difference): string {
  const words = [
    total.onlyBefore > 0 ? `${formatCount(total.onlyBefore)} racks are only in the first` : '',
    total.onlyAfter > 0 ? `${formatCount(total.onlyAfter)} only in the second` : '',
    total.unknown > 0 ? `${formatCount(total.unknown)} have no data on a side` : '',
    total.assumed > 0 ? `${formatCount(total.assumed)} are partly counted at nameplate` : '',
  ].filter((text) => text !== '');
  return words.length === 0 ? '' : `Not in the sum or only partly known: ${words.join(', ')}.`;
}

/** "+1.2 kW": what changed always has its sign. */
function signed(watts: number, scale: 'rack' | 'row' = 'rack'): string {
  return watts < 0 ? `−${formatPower(-watts, scale)}` : `+${formatPower(watts, scale)}`;
}

function columnsOf(before: string, after: string): readonly TableColumn<PlaceDifference>[] {
  const watts = (id: string, label: string, of: (row: PlaceDifference) => number): TableColumn<PlaceDifference> => ({
    ...{ id, label, unit: 'W', right: true, descending: true, sort: (row) => orNull(of(row)) },
    cell: (row) => (Number.isNaN(of(row)) ? <Missing /> : formatPower(of(row), 'rack')),
  });
  return [
    {
      id: 'level',
      label: 'Level',
      sort: ({ level }) => level,
      value: ({ level }) => LEVELS[level] ?? '',
      cell: ({ level }) => LEVELS[level],
    },
    { id: 'path', label: 'Place', sort: ({ path }) => path, cell: ({ path }) => <b>{path}</b> },
    watts('before', before, ({ ownBeforeW }) => ownBeforeW),
    watts('after', after, ({ ownAfterW }) => ownAfterW),
    {
      ...{ id: 'change', label: 'Change', unit: 'W', right: true, descending: true },
      sort: ({ changeW }) => orNull(changeW),
      cell: ({ changeW }) => (Number.isNaN(changeW) ? <Missing /> : <b>{signed(changeW)}</b>),
    },
    {
      ...{ id: 'gpus', label: 'GPUs reporting', right: true, sort: ({ afterGpus }: PlaceDifference) => afterGpus },
      value: ({ beforeGpus, afterGpus }) => `${beforeGpus}, ${afterGpus}`,
      cell: ({ beforeGpus, afterGpus }) => `${formatCount(beforeGpus)}, ${formatCount(afterGpus)}`,
    },
  ];
}
