import type { LostSilence, OthersSilence } from '../../../shared/contract/interop.ts';
import { formatAge, formatDate, formatTime } from '../../../shared/format.ts';
import { useInterop } from '../../ask/ask.ts';
import { useOthersCall, useOthersSilences } from '../../ask/others.ts';
import { faultOf } from '../../link/link.ts';
import parts from '../../parts/parts.module.css';
import tables from './alert-tables.module.css';
import styles from './alerts.module.css';
import { matcherWords } from './others.ts';

const STATE: Readonly<Record<OthersSilence['state'], string>> = {
  active: 'Active',
  pending: 'To come',
  expired: 'Expired',
};

interface Row {
  readonly key: string;
  readonly state: string;
  readonly mutes: string;
  readonly where: string;
  readonly ends: string;
  readonly by: string;
  readonly reason: string;
  /** What can be done with it; '' nothing. */
  readonly action: '' | 'End now' | 'Restore';
  /** Where and which. */
  readonly arg: { readonly alertmanager: string; readonly id: string };
}

/** Silences at Alertmanagers, ours and others'. One of ours that is gone before its end can be made again. */
export function OthersSilences({ now, operate }: { now: number; operate: boolean }) {
  const interop = useInterop();
  const silences = useOthersSilences();
  const expire = useOthersCall('expireOthersSilence');
  const restore = useOthersCall('restoreSilence');
  const managers = interop.data?.alertmanagers ?? [];
  const nameOf = (id: string) => managers.find((one) => one.id === id)?.name ?? id;
  const lost = (interop.data?.lostSilences ?? []).map((one) => lostRow(one, nameOf, now));
  const rows = [...lost, ...(silences.data ?? []).map((one) => rowOf(one, nameOf, now))];
  const fault = silences.error ?? expire.error ?? restore.error;
  if (managers.length === 0 && rows.length === 0) return null;
  return (
    <section className={`${parts.panel} ${styles.wide}`} aria-label="Silences at Alertmanagers" data-region>
      <div className={parts.header}>
        <h2>At Alertmanagers</h2>
      </div>
      {managers
        .filter(({ state }) => state === 'down')
        .map(({ id, name, fault: why }) => (
          <p key={id} className={styles.fault}>
            {name} does not answer: {why?.message} What it had last is listed.
          </p>
        ))}
      {fault ? <p className={styles.fault}>{faultOf(fault).message}</p> : null}
      {rows.length === 0 ? (
        <p className={styles.quiet}>No silences there.</p>
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard.
        <section className={styles.scroll} tabIndex={0} aria-label="List of silences at Alertmanagers">
          <Table
            rows={rows}
            operate={operate}
            busy={expire.isPending || restore.isPending}
            onAct={({ action, arg }) => (action === 'Restore' ? restore : expire).mutate(arg)}
          />
        </section>
      )}
    </section>
  );
}

function Table(props: { rows: readonly Row[]; operate: boolean; busy: boolean; onAct: (row: Row) => void }) {
  return (
    <table className={tables.plain}>
      <thead>
        <tr>
          {['State', 'Mutes', 'At', 'Ends', 'By', 'Reason'].map((title) => (
            <th key={title} scope="col">
              {title}
            </th>
          ))}
          <th scope="col">
            <span className="hidden">Actions</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {props.rows.map((row) => (
          <tr key={row.key}>
            <td>{row.state}</td>
            <td>{row.mutes}</td>
            <td>{row.where}</td>
            <td>{row.ends}</td>
            <td>{row.by}</td>
            <td>{row.reason}</td>
            <td>
              {props.operate && row.action !== '' ? (
                <button type="button" className={styles.link} disabled={props.busy} onClick={() => props.onAct(row)}>
                  {row.action}
                </button>
              ) : null}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

type NameOf = (id: string) => string;

const at = (time: number) => `${formatDate(time)} ${formatTime(time).slice(0, 5)}`;

function rowOf(one: OthersSilence, nameOf: NameOf, now: number): Row {
  const { id, alertmanagers, matchers, endsAt, createdBy, comment, state, ours } = one;
  return {
    ...{ key: `${alertmanagers[0]} ${id}`, state: STATE[state], mutes: matcherWords(matchers), reason: comment },
    where: alertmanagers.map(nameOf).join(', '),
    ends: state === 'active' ? `${at(endsAt)}, in ${formatAge(Math.max(0, endsAt - now))}` : at(endsAt),
    by: ours ? `${createdBy}, from here` : createdBy,
    action: state === 'expired' ? '' : 'End now',
    arg: { alertmanager: alertmanagers[0] ?? '', id },
  };
}

function lostRow({ alertmanager, id, ...one }: LostSilence, nameOf: NameOf, now: number): Row {
  return {
    ...{ key: `lost ${alertmanager} ${id}`, state: 'Lost', mutes: matcherWords(one.matchers), reason: one.comment },
    ...{ where: nameOf(alertmanager), by: `${one.createdBy}, from here`, action: 'Restore' },
    ends: `${at(one.endsAt)}, gone for ${formatAge(Math.max(0, now - one.missedSince))}`,
    arg: { alertmanager, id },
  };
}
