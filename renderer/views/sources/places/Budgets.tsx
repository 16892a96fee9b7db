import { useMemo, useState } from 'react';
import { formatCount, formatPercent, formatPower } from '../../../../shared/format.ts';
import { ASSUMED, QUALITY } from '../../../../shared/frame.ts';
import { RACK } from '../../../../shared/topology.ts';
import { useBudgetLines, usePlaceCall, useReadBudgets } from '../../../ask/places.ts';
import { useLive } from '../../../live/console.tsx';
import parts from '../../../parts/parts.module.css';
import { saveText } from '../../../save/save-file.ts';
import {
  BUDGET_FIELDS,
  type BudgetDraft,
  type BudgetField,
  type BudgetTableRow,
  budgetsCsv,
  budgetTableRows,
  draftOfLines,
  FIELD_WORDS,
  linesOfDraft,
  writtenText,
  wrongWith,
} from './budget-table.ts';
import { FilePicker } from './FilePicker.tsx';
import { Failure, FileErrors, Panel } from './Part.tsx';
import styles from './places.module.css';
import { Rows } from './Rows.tsx';

const NO_DRAFT: BudgetDraft = new Map();
const NO_LINES = { stamp: '', lines: [], errors: [] };
const COLUMNS = [
  { name: 'Place' },
  { name: 'Draw', right: true },
  ...BUDGET_FIELDS.slice(0, 1).map((field) => ({ name: FIELD_WORDS[field], right: true })),
  { name: 'Used', right: true },
  { name: 'Headroom', right: true },
  ...BUDGET_FIELDS.slice(1).map((field) => ({ name: FIELD_WORDS[field], right: true })),
  { name: 'Draw is' },
  { name: 'Written in' },
];
const FROM = { file: 'budgets.csv', source: 'A source’s file', none: '—' } as const;

/** Budgets of every place beside what it draws now; edited cell by cell, or by a CSV. */
export function Budgets({ operate, who, lost }: { operate: boolean; who: string; lost: boolean }) {
  const asked = useBudgetLines();
  const layout = useLive((_, store) => store.layout());
  const answer = asked.data ?? NO_LINES;
  const rows = useMemo(() => budgetTableRows(layout, answer), [layout, answer]);
  const [draft, setDraft] = useState(NO_DRAFT);
  const save = usePlaceCall('saveBudgets');
  const read = useReadBudgets();
  const { lines, wrong } = useMemo(() => linesOfDraft(rows, draft), [rows, draft]);
  const set = (row: BudgetTableRow, field: BudgetField, text: string) => {
    const { [field]: _, ...others } = draft.get(row.path) ?? {};
    const cells = text === writtenText(row.line, field) ? others : { ...others, [field]: text };
    const next = new Map(draft);
    if (Object.keys(cells).length === 0) next.delete(row.path);
    else next.set(row.path, cells);
    setDraft(next);
  };
  const store = () =>
    void save.save({ stamp: answer.stamp, lines: [...lines], remove: [], who }).then(
      () => setDraft(NO_DRAFT),
      () => {},
    );
  const importFile = async ([file]: readonly File[]) => {
    const reply = await read.mutateAsync({ text: await file.text() }).catch(() => undefined);
    if (reply) setDraft(draftOfLines(rows, reply.lines));
  };
  return (
    <div className={styles.one}>
      <Panel
        title="Budgets"
        actions={
          <>
            <button
              type="button"
              className={parts.button}
              onClick={() => saveText('budgets.csv', 'text/csv;charset=utf-8', budgetsCsv(rows))}
            >
              Export CSV
            </button>
            {operate ? (
              <>
                <FilePicker label="Import CSV" accept=".csv,text/csv" onFiles={(files) => void importFile(files)} />
                <button
                  type="button"
                  className={parts.button}
                  disabled={draft.size === 0}
                  onClick={() => setDraft(NO_DRAFT)}
                >
                  Discard
                </button>
                <button
                  type="button"
                  className={parts.primary}
                  disabled={draft.size === 0 || wrong.length > 0 || save.isPending}
                  onClick={store}
                >
                  {draft.size === 0
                    ? 'Save budgets'
                    : `Save ${formatCount(draft.size)} ${draft.size === 1 ? 'place' : 'places'}`}
                </button>
              </>
            ) : null}
          </>
        }
      >
        <Failure error={asked.error ?? save.error ?? read.error} />
        <FileErrors errors={[...answer.errors, ...(read.data?.errors ?? [])]} />
        {wrong.length === 0 ? null : (
          <ul className={styles.errors} role="alert" aria-label="What is wrong">
            {wrong.slice(0, 5).map((text) => (
              <li key={text}>{text}</li>
            ))}
          </ul>
        )}
        <Rows
          label="Budgets"
          columns={COLUMNS}
          count={rows.length}
          empty={asked.data === undefined ? (asked.error ? '' : 'Loading the budgets') : 'No place is known yet.'}
          row={(index) => (
            <BudgetRow key={rows[index].path} row={rows[index]} {...{ operate, lost, draft }} onChange={set} />
          )}
        />
      </Panel>
    </div>
  );
}

function BudgetRow(props: {
  row: BudgetTableRow;
  operate: boolean;
  lost: boolean;
  draft: BudgetDraft;
  onChange: (row: BudgetTableRow, field: BudgetField, text: string) => void;
}) {
  const { row, operate, draft } = props;
  const frame = useLive((held) => held);
  const rackFrom = useLive((_, store) => store.layout()?.start[RACK] ?? 0);
  const drawW = props.lost || row.place < 0 || frame === null ? Number.NaN : frame.drawW[row.place];
  const budgetW = row.line?.budgetW ?? Number.NaN;
  // Something silent is counted in full: the draw is a bound from below, the headroom one from above.
  const bound = row.place >= 0 && frame !== null && frame.quality[row.place] === ASSUMED && !Number.isNaN(drawW);
  const scale = row.place >= rackFrom ? 'rack' : 'row';
  const cell = (field: BudgetField) => {
    const text = draft.get(row.path)?.[field];
    const shown = text ?? writtenText(row.line, field);
    const problem = text === undefined ? '' : wrongWith(field, text);
    return (
      <td key={field} className={styles.right}>
        {operate ? (
          <input
            className={styles.cell}
            value={shown}
            inputMode="decimal"
            data-changed={text !== undefined}
            aria-invalid={problem !== ''}
            aria-label={`${FIELD_WORDS[field]} of ${row.path}`}
            onChange={(event) => props.onChange(row, field, event.target.value)}
          />
        ) : (
          shown || '—'
        )}
      </td>
    );
  };
  return (
    <tr>
      <th scope="row" style={{ paddingLeft: 10 + row.depth * 14 }}>
        {row.path}
      </th>
      <td className={styles.right}>
        {bound ? '≥ ' : ''}
        {formatPower(drawW, scale)}
      </td>
      {cell('budget')}
      <td className={styles.right}>{formatPercent(drawW / budgetW, 1)}</td>
      <td className={`${styles.right} ${budgetW < drawW ? styles.over : ''}`}>
        {bound && !Number.isNaN(budgetW) ? '≤ ' : ''}
        {formatPower(budgetW - drawW, scale)}
      </td>
      {BUDGET_FIELDS.slice(1).map(cell)}
      <td>{Number.isNaN(drawW) || frame === null ? '—' : QUALITY[frame.quality[row.place]]}</td>
      <td>{FROM[row.from]}</td>
    </tr>
  );
}
