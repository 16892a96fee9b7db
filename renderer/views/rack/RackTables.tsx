import { useState } from 'react';
import { formatCount, formatPercent, formatPower, formatTime } from '../../../shared/format.ts';
import { LongTable, TableScroller } from '../../parts/LongTable.tsx';
import { Missing } from '../../parts/Missing.tsx';
import { type Choice, Segmented } from '../../parts/Segmented.tsx';
import { heldWords } from './gpu-words.ts';
import type { PowerPoint } from './RackPower.tsx';
import styles from './rack.module.css';
import type { RackModel, RackNow } from './rack-model.ts';
import { LANES, laneCounts, type RackPast } from './rack-past.ts';
import { printed, RACK_VIEWS, type ViewOfSignal, viewOfSignal } from './signals.ts';

type Table = 'now' | 'time' | 'throttle' | 'power';
const TABLES: readonly Choice<Table>[] = [
  { id: 'now', label: 'GPUs now' },
  { id: 'time', label: 'Over time' },
  { id: 'throttle', label: 'Throttle reasons' },
  { id: 'power', label: 'Rack power' },
];

interface Props {
  readonly model: RackModel;
  readonly names: readonly string[];
  readonly now: RackNow | null;
  readonly past: RackPast;
  readonly view: ViewOfSignal;
  readonly limits: Float32Array;
  readonly points: readonly PowerPoint[];
}

/** The numbers of every chart of the rack as tables, one chosen at a time. */
export function RackTables(props: Props) {
  const [table, setTable] = useState<Table>('now');
  return (
    <div className={styles.tables}>
      <Segmented label="Table" choices={TABLES} value={table} onPick={setTable} />
      {table === 'now' ? <NowTable {...props} /> : null}
      {table === 'time' ? <TimeTable {...props} /> : null}
      {table === 'throttle' ? <ThrottleTable {...props} /> : null}
      {table === 'power' ? <PowerTable {...props} /> : null}
    </div>
  );
}

const cell = (text: string) => (text === '—' ? <Missing /> : text);

function NowTable({ model, names, now, view, limits }: Props) {
  const views = RACK_VIEWS.map(viewOfSignal);
  return (
    <TableScroller label="GPUs now">
      <table>
        <thead>
          <tr>
            <th scope="col">GPU</th>
            {views.map(({ id, label, unit }) => (
              <th key={id} scope="col">
                {label}, {unit}
              </th>
            ))}
            <th scope="col">{view.label}, % of limit</th>
            <th scope="col">Held by</th>
          </tr>
        </thead>
        <tbody>
          {model.trays.flatMap((tray) =>
            tray.gpus.map((gpu) => (
              <tr key={gpu}>
                <th scope="row">{names[gpu]}</th>
                {views.map((one) => (
                  <td key={one.id}>{cell(printed(one, now?.value(one.signal)[gpu] ?? Number.NaN))}</td>
                ))}
                <td>
                  {cell(formatPercent((now?.value(view.signal)[gpu] ?? Number.NaN) / limits[gpu], 0).replace('%', ''))}
                </td>
                <td>{stateWords(now, gpu)}</td>
              </tr>
            )),
          )}
        </tbody>
      </table>
    </TableScroller>
  );
}

function stateWords(now: RackNow | null, gpu: number): string {
  if (now === null || now.states[gpu] === 'lost') return 'no data';
  return now.states[gpu] === 'missing' ? 'missing' : heldWords(now.value('gpu.throttle')[gpu]);
}

/** One row a time, one column a GPU; only the rows in view are in the page. */
function TimeTable({ model, names, past, view }: Props) {
  const gpus = model.trays.flatMap((tray) => tray.gpus);
  return (
    <LongTable
      label={`${view.label} over time, ${view.unit}`}
      count={past.columns}
      head={
        <tr>
          <th scope="col">Time</th>
          {gpus.map((gpu) => (
            <th key={gpu} scope="col">
              {names[gpu]}
            </th>
          ))}
        </tr>
      }
      row={(index) => {
        const column = past.columns - 1 - index;
        return (
          <>
            <th scope="row">{formatTime(past.from + column * past.stepMs)}</th>
            {gpus.map((gpu) => (
              <td key={gpu}>{cell(printed(view, past.values[gpu * past.columns + column]))}</td>
            ))}
          </>
        );
      }}
    />
  );
}

function ThrottleTable({ past }: Props) {
  const counts = LANES.map(({ bits }) => laneCounts(past, bits));
  return (
    <LongTable
      label="GPUs held, by reason"
      count={past.columns}
      head={
        <tr>
          <th scope="col">Time</th>
          {LANES.map(({ id, label }) => (
            <th key={id} scope="col">
              {label}
            </th>
          ))}
        </tr>
      }
      row={(index) => {
        const column = past.columns - 1 - index;
        return (
          <>
            <th scope="row">{formatTime(past.from + column * past.stepMs)}</th>
            {counts.map((lane, at) => (
              <td key={LANES[at].id}>{cell(formatCount(lane[column]))}</td>
            ))}
          </>
        );
      }}
    />
  );
}

function PowerTable({ points }: Props) {
  return (
    <LongTable
      label="Rack power"
      count={points.length}
      head={
        <tr>
          <th scope="col">Time</th>
          <th scope="col">Draw</th>
        </tr>
      }
      row={(index) => {
        const [time, watts] = points[points.length - 1 - index];
        return (
          <>
            <th scope="row">{formatTime(time)}</th>
            <td>{cell(formatPower(watts, 'rack'))}</td>
          </>
        );
      }}
    />
  );
}
