import type { Silence } from '../../../shared/alerting/alert.ts';
import { formatAge, formatDate, formatTime } from '../../../shared/format.ts';
import { useAlertCall, useSilences } from '../../ask/alerts.ts';
import { faultOf } from '../../link/link.ts';
import parts from '../../parts/parts.module.css';
import tables from './alert-tables.module.css';
import styles from './alerts.module.css';
import { OthersSilences } from './OthersSilences.tsx';
import { useWho } from './who.tsx';
import { silenceWords } from './words.ts';

const STATE: Readonly<Record<Silence['state'], string>> = { active: 'Active', pending: 'To come', expired: 'Expired' };

/** Silences kept here, and those of Alertmanagers. */
export function Silences(props: { version: number; now: number; operate: boolean; onNew: () => void }) {
  return (
    <div className={styles.silences}>
      <OurSilences {...props} />
      <OthersSilences now={props.now} operate={props.operate} />
    </div>
  );
}

/** Every silence that is kept: what it mutes, until when, who made it and why. */
function OurSilences(props: { version: number; now: number; operate: boolean; onNew: () => void }) {
  const silences = useSilences(props.version);
  const expire = useAlertCall('expireSilence');
  const [who] = useWho();
  const rows = silences.data ?? [];
  return (
    <section className={`${parts.panel} ${styles.wide}`} aria-label="Silences" data-region>
      <div className={parts.header}>
        <h2>Silences</h2>
        {props.operate ? (
          <button type="button" className={`${parts.button} ${styles.headButton}`} onClick={props.onNew}>
            New silence
          </button>
        ) : null}
      </div>
      {silences.error ? <p className={styles.fault}>{faultOf(silences.error).message}</p> : null}
      {expire.error ? <p className={styles.fault}>{faultOf(expire.error).message}</p> : null}
      {rows.length === 0 ? (
        <p className={styles.quiet}>No silences. Expired ones are kept for 5 days.</p>
      ) : (
        <div className={styles.scroll}>
          <table className={tables.plain}>
            <thead>
              <tr>
                <th scope="col">State</th>
                <th scope="col">Mutes</th>
                <th scope="col" className={tables.right}>
                  Alerts now
                </th>
                <th scope="col">Ends</th>
                <th scope="col">By</th>
                <th scope="col">Reason</th>
                <th scope="col">
                  <span className="hidden">Actions</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {rows.map((silence) => (
                <tr key={silence.id} data-state={silence.state}>
                  <td>{STATE[silence.state]}</td>
                  <td>{silenceWords(silence)}</td>
                  <td className={tables.right}>
                    {silence.mutes.length}
                    {silence.notMuted.length > 0 ? `, ${silence.notMuted.length} critical past 24 h` : ''}
                  </td>
                  <td>{endWords(silence, props.now)}</td>
                  <td>{silence.who}</td>
                  <td>{silence.reason}</td>
                  <td>
                    {props.operate && silence.state !== 'expired' ? (
                      <button
                        type="button"
                        className={styles.link}
                        onClick={() => expire.mutate({ id: silence.id, who: who.trim() === '' ? 'unnamed' : who })}
                      >
                        End now
                      </button>
                    ) : null}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}

function endWords({ endsAt, state }: Silence, now: number): string {
  const at = `${formatDate(endsAt)} ${formatTime(endsAt).slice(0, 5)}`;
  return state === 'active' ? `${at}, in ${formatAge(Math.max(0, endsAt - now))}` : at;
}
