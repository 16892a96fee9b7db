import type { InteropReply, SendingState } from '../../../../shared/contract/interop.ts';
import type { Severity } from '../../../../shared/contract.ts';
import { formatAge, formatCount } from '../../../../shared/format.ts';
import { Glyph } from '../../../parts/Glyph.tsx';
import parts from '../../../parts/parts.module.css';
import styles from '../sources.module.css';
import { ConsoleAddress } from './ConsoleAddress.tsx';
import type { ExchangeKind } from './exchange-form.ts';

/** Which Alertmanager or webhook is looked at; an empty id is a new one. */
export interface ExchangeChoice {
  readonly kind: ExchangeKind;
  readonly id: string;
}

/** What our alerts are exchanged with, each with how it does. */
export function ExchangeList(props: {
  interop: InteropReply | undefined;
  chosen: ExchangeChoice | null;
  operate: boolean;
  now: number;
  onChoose: (choice: ExchangeChoice) => void;
}) {
  const { interop, chosen } = props;
  const entries = interop === undefined ? [] : entriesOf(interop, props.now);
  return (
    <>
      <div className={parts.header}>
        <h2>Alert exchange</h2>
      </div>
      <ul>
        {entries.map(({ kind, id, name, severity, state, fault }) => (
          <li key={`${kind} ${id}`}>
            <button
              type="button"
              className={styles.entry}
              aria-pressed={chosen?.kind === kind && chosen.id === id}
              onClick={() => props.onChoose({ kind, id })}
            >
              <span className={styles.entryName}>
                {severity === null ? null : <Glyph severity={severity} />}
                {name}
              </span>
              <span className={`num ${styles.entryState}`}>{state}</span>
              {fault === '' ? null : <span className={styles.entryFault}>{fault}</span>}
            </button>
          </li>
        ))}
        {entries.length === 0 ? <li className={styles.quiet}>No Alertmanager and no webhook yet.</li> : null}
      </ul>
      <div className={`${styles.note} ${styles.actions}`}>
        <button
          type="button"
          className={parts.button}
          disabled={!props.operate}
          onClick={() => props.onChoose({ kind: 'alertmanager', id: '' })}
        >
          Add Alertmanager
        </button>
        <button
          type="button"
          className={parts.button}
          disabled={!props.operate}
          onClick={() => props.onChoose({ kind: 'webhook', id: '' })}
        >
          Add webhook
        </button>
      </div>
      {interop === undefined ? null : <ConsoleAddress console={interop.console} operate={props.operate} />}
    </>
  );
}

interface Entry extends ExchangeChoice {
  readonly name: string;
  readonly severity: Severity | null;
  readonly state: string;
  readonly fault: string;
}

function entriesOf({ alertmanagers, webhooks }: InteropReply, now: number): readonly Entry[] {
  const ofManagers = alertmanagers.map(({ id, name, state, alerts, activeSilences, fault, sending, insecure }) => ({
    ...{ kind: 'alertmanager' as const, id, name },
    severity: state === 'down' ? ('nodata' as const) : sending?.fault || sending?.refused ? ('warning' as const) : null,
    state: [
      `Alertmanager, ${state}`,
      state === 'up' ? `${formatCount(alerts)} alerts, ${formatCount(activeSilences)} silences` : '',
      sending === null ? 'ours are not sent' : waitingText(sending),
      insecure ? 'any certificate' : '',
    ]
      .filter((text) => text !== '')
      .join(', '),
    fault: faultText(fault ?? sending?.fault ?? null, now),
  }));
  const ofHooks = webhooks.map(({ id, name, signed, sending, insecure }) => ({
    ...{ kind: 'webhook' as const, id, name },
    severity: sending.fault || sending.refused > 0 ? ('warning' as const) : null,
    state: ['Webhook', signed ? 'signed' : 'not signed', waitingText(sending), insecure ? 'any certificate' : '']
      .filter((text) => text !== '')
      .join(', '),
    fault: faultText(sending.fault, now),
  }));
  return [...ofManagers, ...ofHooks];
}

const waitingText = ({ waiting, sent }: SendingState): string =>
  waiting > 0 ? `${formatCount(waiting)} waiting` : `${formatCount(sent)} sent`;

const faultText = (fault: SendingState['fault'], now: number): string =>
  fault === null ? '' : `${fault.message} ${fault.hint} For ${formatAge(Math.max(0, now - fault.since))}.`;
