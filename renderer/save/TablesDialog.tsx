import { type ReactNode, useState } from 'react';
import { formatTime, formatWatts } from '../../shared/format.ts';
import type { ChartDocument, TableDocument, TableValue } from '../../shared/tables/document.ts';
import { Dialog } from '../parts/Dialog.tsx';
import { LongTable } from '../parts/LongTable.tsx';
import { Missing } from '../parts/Missing.tsx';
import parts from '../parts/parts.module.css';
import { valueText } from '../parts/value-text.ts';
import { type Savable, savables } from './savable.ts';
import styles from './save.module.css';
import { withQuality } from './with-quality.ts';

interface Props {
  readonly title: string;
  readonly open: boolean;
  readonly onClose: () => void;
  /** The view's own table, which comes first; in place of the document of the same name. */
  readonly own?: { readonly label: string; readonly table: ReactNode };
}

/** Key V: what is drawn on the screen as tables of the same numbers, one chosen at a time. */
export function TablesDialog({ title, open, onClose, own }: Props) {
  return (
    <Dialog title={title} open={open} onClose={onClose}>
      {open ? <Tables own={own} /> : null}
    </Dialog>
  );
}

function Tables({ own }: Pick<Props, 'own'>) {
  // What the view shows when the window is opened; its numbers go on with the view.
  const [others] = useState(() => savables().filter(({ title }) => title !== own?.label));
  const [at, setAt] = useState(0);
  const labels = [...(own ? [own.label] : []), ...others.map(({ title }) => title)];
  if (labels.length === 0) return <p className={styles.quiet}>This view has no table or chart now.</p>;
  return (
    <div className={styles.tables}>
      {labels.length === 1 ? (
        <p className={parts.caption}>{labels[0]}</p>
      ) : (
        <select aria-label="Table" value={at} onChange={(event) => setAt(Number(event.target.value))}>
          {labels.map((label, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: what is offered does not change while the window is open.
            <option key={index} value={index}>
              {label}
            </option>
          ))}
        </select>
      )}
      {own && at === 0 ? own.table : <Document of={others[at - (own ? 1 : 0)]} />}
    </div>
  );
}

function Document({ of }: { of: Savable }) {
  const made = of.document();
  if (made === null) return <p className={styles.quiet}>There are no numbers to show now.</p>;
  return made.kind === 'table' ? <Table of={made} /> : <Chart of={made} />;
}

/** Every sample that is drawn, the newest first; a line a column. */
function Chart({ of: { title, series } }: { of: ChartDocument }) {
  const lines = series.map(({ times, values }) => new Map(times.map((time, index) => [time, values[index]])));
  const times = [...new Set(series.flatMap((one) => one.times))].sort((a, b) => b - a);
  if (times.length === 0) return <p className={styles.quiet}>No sample of it is kept yet.</p>;
  return (
    <LongTable
      label={title}
      count={times.length}
      head={<Head labels={['Time', ...series.map(({ name }) => name)]} />}
      row={(index) => (
        <>
          <th scope="row">{formatTime(times[index])}</th>
          {series.map(({ object, signal, unit }, line) => (
            <Cell key={`${signal} ${object}`} value={lines[line].get(times[index]) ?? null} unit={unit} />
          ))}
        </>
      )}
    />
  );
}

function Table({ of }: { of: TableDocument }) {
  const { columns, rows } = withQuality(of);
  if (rows.length === 0) return <p className={styles.quiet}>There are no numbers to show now.</p>;
  return (
    <LongTable
      label={of.title}
      count={rows.length}
      head={<Head labels={columns.map(({ label }) => label)} />}
      row={(index) =>
        columns.map(({ label, unit }, column) => <Cell key={label} value={rows[index][column]} unit={unit} />)
      }
    />
  );
}

function Head({ labels }: { labels: readonly string[] }) {
  return (
    <tr>
      {labels.map((label) => (
        <th key={label} scope="col">
          {label}
        </th>
      ))}
    </tr>
  );
}

function Cell({ value, unit }: { value: TableValue; unit: string }) {
  return <td>{value === null ? <Missing /> : typeof value === 'string' ? value : textOf(value, unit)}</td>;
}

/** What a GPU draws is told in watts, as on its page. */
const textOf = (value: number, unit: string) =>
  unit === 'W' && value < 10_000 ? formatWatts(value) : valueText(value, unit);
