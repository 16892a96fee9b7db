import type { OthersReply } from '../../../shared/contract/interop.ts';
import { formatCount, formatTime } from '../../../shared/format.ts';
import type { MergedAlert } from '../../../shared/interop/merge.ts';
import { Glyph } from '../../parts/Glyph.tsx';
import { Missing } from '../../parts/Missing.tsx';
import { durationText } from './AlertRow.tsx';
import tables from './alert-tables.module.css';
import styles from './alerts.module.css';
import { labelWords, othersSeverity, othersText, seenWords } from './others.ts';

const STATES: Readonly<Record<MergedAlert['state'], string>> = {
  firing: 'Firing',
  pending: 'Pending',
  suppressed: 'Muted there',
};
const COLUMNS = 6;

/**
 * Alerts of Prometheus sources and Alertmanagers that are not ours, one row a label set, folded under their count. A
 * server that does not answer is told, and what it told last stays, marked.
 */
export function OthersAlerts(props: { reply: OthersReply; now: number; open: boolean; onFold: () => void }) {
  const { reply, now, open } = props;
  const theirs = reply.alerts.filter(({ ours }) => !ours);
  const cut = reply.total - reply.alerts.length;
  if (theirs.length === 0 && reply.silent.length === 0) return null;
  return (
    <section aria-label="From Prometheus and Alertmanager">
      {reply.silent.map(({ name, since, message }) => (
        <p key={name} className={styles.silent}>
          <Glyph severity="nodata" size={12} />
          <span>
            {/* The duration behind it ticks: it is not to be read out each second. */}
            <b role="status">{name} does not answer</b> for {durationText(Math.max(0, now - since))}: {message} What it
            told last is kept.
          </span>
        </p>
      ))}
      <table className={`${tables.list} ${tables.others}`}>
        <thead className="hidden">
          <tr>
            <th scope="col">Severity</th>
            <th scope="col">Alert</th>
            <th scope="col">From</th>
            <th scope="col">Since</th>
            <th scope="col">Duration</th>
            <th scope="col">State</th>
          </tr>
        </thead>
        <tbody>
          <tr>
            <th colSpan={COLUMNS} scope="rowgroup" className={tables.groupRow}>
              <button type="button" aria-expanded={open} onClick={props.onFold}>
                <span className={tables.chevron} data-open={open} aria-hidden="true" />
                <span className={tables.groupTitle}>From Prometheus and Alertmanager</span>
                <span className="num">{formatCount(theirs.length)}</span>
              </button>
            </th>
          </tr>
          {open ? theirs.map((alert) => <Row key={alert.fingerprint} alert={alert} now={now} />) : null}
          {open && cut > 0 ? (
            <tr>
              <td colSpan={COLUMNS}>{formatCount(cut)} more are not listed.</td>
            </tr>
          ) : null}
        </tbody>
      </table>
    </section>
  );
}

function Row({ alert, now }: { alert: MergedAlert; now: number }) {
  const unknown = alert.seenBy.every(({ silentSince }) => silentSince !== null);
  const text = othersText(alert);
  return (
    <tr className={tables.row}>
      <td>
        <Glyph severity={unknown ? 'nodata' : othersSeverity(alert)} size={13} />
      </td>
      <td className={tables.titleCell}>
        <span className={tables.othersName}>{alert.labels.alertname ?? 'Unnamed'}</span> {text}
        <span className={tables.tags}>{labelWords(alert.labels)}</span>
      </td>
      <td>{seenWords(alert.seenBy)}</td>
      <td className={tables.right}>{alert.startsAt === null ? <Missing /> : formatTime(alert.startsAt).slice(0, 5)}</td>
      <td className={`${tables.duration} num`}>
        {alert.startsAt === null ? <Missing /> : durationText(Math.max(0, now - alert.startsAt))}
      </td>
      <td className={tables.state}>{unknown ? `Was ${STATES[alert.state].toLowerCase()}` : STATES[alert.state]}</td>
    </tr>
  );
}
