import { useState } from 'react';
import type { Alert } from '../../../shared/alerting/alert.ts';
import { useAlertCall } from '../../ask/alerts.ts';
import { faultOf } from '../../link/link.ts';
import { Dialog } from '../../parts/Dialog.tsx';
import parts from '../../parts/parts.module.css';
import forms from './alert-forms.module.css';
import styles from './alerts.module.css';
import { useWho, WhoField } from './who.tsx';

const HOUR = 3_600_000;
const ENDS: readonly (readonly [string, number | undefined])[] = [
  ['Until it resolves', undefined],
  ['1 h', HOUR],
  ['4 h', 4 * HOUR],
  ['8 h', 8 * HOUR],
];

/** A person takes alerts: who, a note, and when it ends by itself. */
export function AckDialog({ alerts, onClose }: { alerts: readonly Alert[]; onClose: () => void }) {
  const ack = useAlertCall('ackAlert');
  const [who, setWho] = useWho();
  const [note, setNote] = useState('');
  const [ends, setEnds] = useState(0);
  const forMs = ENDS[ends][1];
  return (
    <Dialog title={alerts.length === 1 ? 'Acknowledge' : `Acknowledge ${alerts.length} alerts`} open onClose={onClose}>
      <form
        className={forms.form}
        onSubmit={(event) => {
          event.preventDefault();
          const arg = { alerts: alerts.map(({ id }) => id), who, note, ...(forMs === undefined ? {} : { forMs }) };
          ack.mutate(arg, { onSuccess: onClose });
        }}
      >
        <p className={forms.formObject}>{alerts[0]?.title}</p>
        <WhoField who={who} onWho={setWho} />
        <label className={forms.field}>
          Note, if there is something to say
          <textarea rows={2} maxLength={4000} value={note} onChange={(event) => setNote(event.target.value)} />
        </label>
        <fieldset className={forms.choices}>
          <legend>Ends</legend>
          {ENDS.map(([label], index) => (
            <label key={label}>
              <input type="radio" name="ends" checked={ends === index} onChange={() => setEnds(index)} /> {label}
            </label>
          ))}
        </fieldset>
        {ack.error ? <p className={styles.fault}>{faultOf(ack.error).message}</p> : null}
        <button type="submit" className={parts.primary} disabled={who.trim() === '' || ack.isPending}>
          Acknowledge
        </button>
      </form>
    </Dialog>
  );
}
