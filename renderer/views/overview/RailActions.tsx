import { useEffect, useEffectEvent, useState } from 'react';
import { useAlertCall, useAlerts } from '../../ask/alerts.ts';
import { faultOf } from '../../link/link.ts';
import { Kbd } from '../../parts/Kbd.tsx';
import parts from '../../parts/parts.module.css';
import { AckDialog } from '../alerts/AckDialog.tsx';
import { SilenceDialog } from '../alerts/SilenceDialog.tsx';
import { useWho } from '../alerts/who.tsx';
import { useKeys } from '../keys.ts';
import { aboutAlert, useCapture } from '../snapshots/capture-request.tsx';
import styles from './rail.module.css';
import { type Asked, alertsOfLine, windowAsked } from './rail-alerts.ts';

const WAITS = { ack: 'Loading. Acknowledge opens then.', silence: 'Loading. Silence opens then.' } as const;

/** What can be done with the chosen line of the rail: its alerts are acknowledged or given back (A), silenced (S). */
export function RailActions({ alert, version, now }: { alert: string; version: number; now: number }) {
  const reply = useAlerts(version);
  const [dialog, setDialog] = useState<Asked | null>(null);
  /** What was asked for by key before the alerts of the line were there. */
  const [asked, setAsked] = useState<Asked | null>(null);
  const [who] = useWho();
  const capture = useCapture();
  const unack = useAlertCall('unackAlert');
  const alerts = alertsOfLine(reply.data?.alerts ?? [], alert);
  const [lead] = alerts;
  const open = alerts.filter(({ acked }) => acked === null);
  const taken = alerts.length > 0 && open.length === 0;
  const onAck = () => {
    if (lead === undefined) return setAsked('ack');
    if (!taken) return setDialog('ack');
    unack.mutate({ alerts: alerts.map(({ id }) => id), who: who.trim() === '' ? 'unnamed' : who });
  };
  const onSilence = () => (lead === undefined ? setAsked('silence') : setDialog('silence'));
  const catchUp = useEffectEvent(() => {
    setAsked(null);
    setDialog(asked && windowAsked(asked, alerts));
  });
  const isThere = lead !== undefined;
  /** Told, and without the line's alert: it is over. */
  const hasFailed = !isThere && reply.isError && !reply.isFetching;
  const isOver = !isThere && reply.data !== undefined && !reply.isFetching;
  useEffect(() => {
    if (asked !== null && isThere) catchUp();
    // What could not be read is told at once; a key must not open a window at some later time.
    else if (isOver || hasFailed) setAsked(null);
  }, [asked, isThere, isOver, hasFailed]);
  useKeys({ a: onAck, s: onSilence });
  if (isOver) return null;
  if (lead === undefined)
    return (
      <p className={styles.quiet} role="status">
        {reply.error ? faultOf(reply.error).message : asked === null ? 'Loading' : WAITS[asked]}
      </p>
    );
  return (
    <div className={styles.actions}>
      {taken ? <span className={parts.caption}>Acknowledged by {lead.acked?.who}</span> : null}
      <button type="button" className={parts.button} onClick={onAck}>
        {taken ? 'Give back' : 'Acknowledge'} <Kbd>A</Kbd>
      </button>
      <button type="button" className={parts.button} onClick={onSilence}>
        Silence <Kbd>S</Kbd>
      </button>
      {capture === null ? null : (
        <button type="button" className={parts.button} onClick={() => capture(aboutAlert(lead, now))}>
          Capture
        </button>
      )}
      {dialog === 'ack' ? <AckDialog alerts={open} onClose={() => setDialog(null)} /> : null}
      {dialog === 'silence' ? <SilenceDialog alert={lead} now={now} onClose={() => setDialog(null)} /> : null}
    </div>
  );
}
