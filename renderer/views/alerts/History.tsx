import { useState } from 'react';
import type { HistoryPage, JournalKind } from '../../../shared/alerting/alert.ts';
import type { CallArg } from '../../../shared/contract.ts';
import { formatDate, formatTime } from '../../../shared/format.ts';
import { useAlertHistory, useRules } from '../../ask/alerts.ts';
import { faultOf } from '../../link/link.ts';
import { useConsole } from '../../live/console.tsx';
import { Glyph } from '../../parts/Glyph.tsx';
import parts from '../../parts/parts.module.css';
import { Segmented } from '../../parts/Segmented.tsx';
import { saveText } from '../../save/save-file.ts';
import { ruleWords } from './alert-facets.ts';
import tables from './alert-tables.module.css';
import styles from './alerts.module.css';
import { HistoryFilters } from './HistoryFilters.tsx';
import { EMPTY_HISTORY, type HistoryDraft, historyFilterOf } from './history-form.ts';
import { JournalLimits } from './JournalLimits.tsx';

const KIND_WORDS: Readonly<Record<JournalKind, string>> = {
  pending: 'Pending',
  firing: 'Fired',
  resolved: 'Resolved',
  dropped: 'Did not last',
  unknown: 'Source silent',
  known: 'Source speaks again',
  restored: 'Taken up after a restart',
  ack: 'Acknowledged',
  unack: 'Given back',
  silence: 'Silenced',
  'silence-end': 'Silence ended',
  note: 'Note',
  rule: 'Rule changed',
  file: 'Journal',
};

/** What became of alerts: every row that the journal keeps, with filters, and as CSV or JSON. */
export function History({ version, operate }: { version: number; operate: boolean }) {
  const { link } = useConsole();
  const [draft, setDraft] = useState(EMPTY_HISTORY);
  const [before, setBefore] = useState<number | null>(null);
  const [fault, setFault] = useState('');
  const rules = useRules(version);
  const { filter: all, error } = historyFilterOf(draft);
  const filter: CallArg<'alertHistory'> = before === null ? all : { ...all, before };
  const put = (change: Partial<HistoryDraft>) => {
    setDraft({ ...draft, ...change });
    setBefore(null);
  };
  const page = useAlertHistory(filter, version);
  const save = (format: 'csv' | 'json') => {
    link
      .call('alertExport', { filter: all, format })
      .then(({ name, type, text: body }) => saveText(name, type, body))
      .then(() => setFault(''))
      .catch((error: unknown) => setFault(faultOf(error).message));
  };
  return (
    <section className={`${parts.panel} ${styles.wide}`} aria-label="Alert history" data-region>
      <div className={parts.header}>
        <h2>History</h2>
        <Segmented<HistoryDraft['group']>
          label="Rows"
          choices={[
            { id: 'alerts', label: 'Alerts' },
            { id: 'people', label: 'What people did' },
            { id: 'all', label: 'Everything' },
          ]}
          value={draft.group}
          onPick={(group) => put({ group })}
        />
        <input
          className={styles.search}
          type="search"
          aria-label="Search the history"
          placeholder="Title, object, note or name"
          value={draft.text}
          onChange={(event) => put({ text: event.target.value })}
        />
        <button type="button" className={`${parts.button} ${styles.headButton}`} onClick={() => save('csv')}>
          Save CSV
        </button>
        <button type="button" className={parts.button} onClick={() => save('json')}>
          Save JSON
        </button>
      </div>
      <HistoryFilters
        draft={draft}
        rules={(rules.data?.rules ?? []).map(({ name }) => name)}
        error={error}
        onPut={put}
      />
      {fault === '' ? null : <p className={styles.fault}>{fault}</p>}
      {page.error ? <p className={styles.fault}>{faultOf(page.error).message}</p> : null}
      {page.data ? <Rows page={page.data} /> : null}
      {page.data ? (
        <div className={styles.pages}>
          {before === null ? null : (
            <button type="button" className={parts.button} onClick={() => setBefore(null)}>
              Newest
            </button>
          )}
          {page.data.next === null ? null : (
            <button type="button" className={parts.button} onClick={() => setBefore(page.data.next)}>
              Older
            </button>
          )}
          <JournalLimits version={version} operate={operate} />
        </div>
      ) : null}
    </section>
  );
}

function Rows({ page }: { page: HistoryPage }) {
  if (page.rows.length === 0) return <p className={styles.quiet}>The journal has no entries that pass.</p>;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard.
    <section className={styles.scroll} tabIndex={0} aria-label="Rows of the journal">
      <table className={tables.plain}>
        <thead>
          <tr>
            <th scope="col">Time, UTC</th>
            <th scope="col">What</th>
            <th scope="col">Rule</th>
            <th scope="col">Object</th>
            <th scope="col">Words</th>
            <th scope="col">By</th>
          </tr>
        </thead>
        <tbody>
          {page.rows.map((row) => (
            <tr key={row.seq}>
              <td className="num">
                {formatDate(row.time)} {formatTime(row.time).replace(' UTC', '')}
              </td>
              <td className={tables.what}>
                {row.severity === '' ? null : <Glyph severity={row.severity} size={11} />} {KIND_WORDS[row.kind]}
              </td>
              <td>{row.rule === '' ? '' : ruleWords(row.rule)}</td>
              <td>{row.object}</td>
              <td>{row.text}</td>
              <td>{row.who}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
