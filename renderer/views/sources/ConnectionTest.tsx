import { useEffect, useRef } from 'react';
import type { CoverageRow, TestReply, TestStepName } from '../../../shared/contract/sources.ts';
import { formatAge, formatCount } from '../../../shared/format.ts';
import parts from '../../parts/parts.module.css';
import styles from './sources.module.css';

const STEPS: readonly (readonly [TestStepName, string])[] = [
  ['resolve', 'Resolve the name'],
  ['connect', 'Connect'],
  ['tls', 'TLS'],
  ['auth', 'Authentication'],
  ['query', 'Query up'],
  ['dcgm', 'Find DCGM metrics'],
];

const MARKS = { ok: 'Passed', failed: 'Failed', skipped: 'Not needed' } as const;

/** The six steps of a connection test with their times, then what was found. */
export function ConnectionTest({ reply, running }: { reply: TestReply | undefined; running: boolean }) {
  const whole = useRef<HTMLDivElement>(null);
  // The button stands below a long form: what the test finds may be out of sight.
  useEffect(() => {
    if (reply !== undefined) whole.current?.scrollIntoView({ block: 'nearest' });
  }, [reply]);
  return (
    <div ref={whole} aria-live="polite">
      <table className={styles.steps}>
        <caption className={parts.caption}>{running ? 'Testing the connection' : 'Connection test'}</caption>
        <tbody>
          {STEPS.map(([id, label]) => {
            const step = reply?.steps.find((candidate) => candidate.step === id);
            const mark =
              step === undefined ? (running ? 'Running' : reply === undefined ? '' : 'Not reached') : MARKS[step.state];
            return (
              <tr key={id} data-state={step?.state ?? 'open'}>
                <th scope="row">{label}</th>
                <td>{mark}</td>
                <td className={`num ${styles.ms}`}>{step === undefined ? '' : `${formatMs(step.ms)}`}</td>
                <td>{step?.text ?? ''}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
      {reply === undefined ? null : <Found reply={reply} />}
    </div>
  );
}

function formatMs(ms: number): string {
  return ms < 10 ? `${ms.toFixed(1)} ms` : `${Math.round(ms)} ms`;
}

function Found({ reply }: { reply: TestReply }) {
  return (
    <>
      {reply.gpus > 0 ? (
        <p className={styles.found}>
          <b className="num">Found {formatCount(reply.gpus)} GPUs</b>
          {reply.models.map(({ model, gpus }) => (
            <span key={model} className="num">
              {formatCount(gpus)} × {model === '' ? 'unnamed model' : model}
            </span>
          ))}
          {reply.mapping === '' ? null : <span>Places: {reply.mapping}</span>}
        </p>
      ) : reply.ok ? (
        <p className={styles.found}>No GPUs found in this source. Fleetwatt looked for DCGM_FI_DEV_POWER_USAGE.</p>
      ) : null}
      {reply.coverage.length > 0 ? <CoverageTable rows={reply.coverage} /> : null}
    </>
  );
}

/** A counter that reached the end of its bits shows no rate: without a word one would look for it in vain. */
const peggedText = ({ pegged, series }: CoverageRow) =>
  `${formatCount(pegged)} of ${formatCount(series)} at the end of ${pegged === 1 ? 'its' : 'their'} counter: unsupported until reset`;

/** Which signals a source has, from which metric; a missing one says what to enable. */
export function CoverageTable({ rows }: { rows: readonly CoverageRow[] }) {
  return (
    <table className={styles.coverage}>
      <caption className={parts.caption}>Coverage</caption>
      <thead>
        <tr>
          <th scope="col">Signal</th>
          <th scope="col">Metric</th>
          <th scope="col" className={styles.right}>
            Series
          </th>
          <th scope="col" className={styles.right}>
            Sample age
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={`${row.signal} ${row.metric}`}>
            <th scope="row">{row.label}</th>
            {row.metric === null || row.series === 0 ? (
              <td colSpan={3} className={styles.missing}>
                {row.signal === '' ? `Unsupported. ${row.metric}: ${row.enable}` : `Missing. ${row.enable}`}
              </td>
            ) : (
              <>
                <td className={styles.mono}>
                  {row.metric}
                  {row.pegged === 0 ? null : <span className={styles.pegged}>{peggedText(row)}</span>}
                </td>
                <td className={`num ${styles.right}`}>{formatCount(row.series)}</td>
                <td className={`num ${styles.right}`}>{row.ageMs === null ? '—' : formatAge(row.ageMs)}</td>
              </>
            )}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
