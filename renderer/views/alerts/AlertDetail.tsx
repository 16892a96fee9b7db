import { useState } from 'react';
import type { Alert, RuleStatus } from '../../../shared/alerting/alert.ts';
import type { LayoutDocument } from '../../../shared/contract.ts';
import { formatDate, formatTime } from '../../../shared/format.ts';
import { useAlertCall, useAlertHistory, useAlertNotes } from '../../ask/alerts.ts';
import { faultOf } from '../../link/link.ts';
import { useOffReason, useTravel } from '../../live/travel.tsx';
import { Glyph } from '../../parts/Glyph.tsx';
import { Kbd } from '../../parts/Kbd.tsx';
import parts from '../../parts/parts.module.css';
import { valueText } from '../../parts/value-text.ts';
import { aboutAlert, useCapture } from '../snapshots/capture-request.tsx';
import { AlertChart } from './AlertChart.tsx';
import { durationText } from './AlertRow.tsx';
import { ruleWords, STANDING_WORDS, standingOf } from './alert-facets.ts';
import forms from './alert-forms.module.css';
import styles from './alerts.module.css';
import { PlaceInset } from './PlaceInset.tsx';
import { useWho, WhoField } from './who.tsx';
import { valueNow, whereOf } from './words.ts';

interface Props {
  readonly alert: Alert;
  readonly rule: RuleStatus | undefined;
  readonly layout: LayoutDocument;
  readonly now: number;
  readonly version: number;
  readonly operate: boolean;
  readonly stale: boolean;
  readonly onAck: () => void;
  readonly onUnack: () => void;
  readonly onSilence: () => void;
  readonly onGo: (alert: Alert) => void;
}

/** Everything about one alert: what it says, how it came, what to do, who has it, and whether it happened before. */
export function AlertDetail(props: Props) {
  const { alert, rule, layout, now } = props;
  const standing = standingOf(alert);
  const off = useOffReason();
  const capture = useCapture();
  const { traveller } = useTravel();
  const began = alert.firedAt ?? alert.activeAt;
  return (
    <section className={`${parts.panel} ${styles.detail}`} aria-label="Alert" data-region>
      <div className={styles.detailHead}>
        <h2>
          <Glyph severity={standing === 'unknown' ? 'nodata' : alert.severity} size={14} /> {alert.title}
        </h2>
        <p>{alert.detail}</p>
        <div className={styles.actions}>
          <button
            type="button"
            className={parts.button}
            disabled={!props.operate}
            title={off || undefined}
            onClick={alert.acked ? props.onUnack : props.onAck}
          >
            {alert.acked ? 'Give back' : 'Acknowledge'} <Kbd>A</Kbd>
          </button>
          <button
            type="button"
            className={parts.button}
            disabled={!props.operate}
            title={off || undefined}
            onClick={props.onSilence}
          >
            Silence <Kbd>S</Kbd>
          </button>
          {alert.place >= 0 ? (
            <button type="button" className={parts.button} onClick={() => props.onGo(alert)}>
              Show on floor plan <Kbd>G</Kbd>
            </button>
          ) : null}
          {capture === null ? null : (
            <button type="button" className={parts.button} onClick={() => capture(aboutAlert(alert, now))}>
              Capture
            </button>
          )}
          {traveller === null ? null : (
            <button type="button" className={parts.button} onClick={() => traveller.to(began)}>
              Go to {formatTime(began).slice(0, 5)} <Kbd>J</Kbd>
            </button>
          )}
        </div>
        {off === '' ? null : <p className={styles.off}>{off}</p>}
      </div>
      <div className={styles.detailBody}>
        <AlertChart alert={alert} layout={layout} now={now} />
        <dl className={styles.facts}>
          <Fact name="State">
            {STANDING_WORDS[standing]}
            {alert.unknownSince === null
              ? ''
              : `: nobody can tell since ${formatTime(alert.unknownSince).slice(0, 8)}, its source is silent`}
          </Fact>
          <Fact name="Since">
            {stamp(alert.firedAt ?? alert.activeAt)},{' '}
            {durationText((alert.resolvedAt ?? now) - (alert.firedAt ?? alert.activeAt))}
          </Fact>
          {alert.resolvedAt === null ? null : <Fact name="Resolved">{stamp(alert.resolvedAt)}</Fact>}
          <Fact name="Object">{whereOf(alert)}</Fact>
          {alert.value === null || alert.unit === 'flag' ? null : (
            <Fact name={valueNow(alert) === null ? 'Was' : 'Now'}>
              {valueText(alert.value, alert.unit)}
              {alert.limit === null ? '' : `, limit ${valueText(alert.limit, alert.unit)}`}
            </Fact>
          )}
          <Fact name="Rule">
            {ruleWords(alert.rule)}
            {rule ? <code className={styles.code}>{rule.when}</code> : null}
          </Fact>
          {alert.acked === null ? null : (
            <Fact name="Owner">
              {alert.acked.who}, since {formatTime(alert.acked.at).slice(0, 5)}
              {alert.acked.note === '' ? '' : `: ${alert.acked.note}`}
            </Fact>
          )}
        </dl>
        {alert.place >= 0 ? <PlaceInset layout={layout} place={alert.place} /> : null}
        {rule ? <RunbookText rule={rule} /> : null}
        <Notes {...props} />
        <Similar {...props} />
      </div>
    </section>
  );
}

const stamp = (time: number) => `${formatDate(time)} ${formatTime(time)}`;

function Fact({ name, children }: { name: string; children: React.ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function RunbookText({ rule: { runbook } }: { rule: RuleStatus }) {
  const steps = [
    ['What it means', runbook.means],
    ['What to check', runbook.check],
    ['What to do', runbook.act],
  ].filter(([, text]) => text !== '');
  if (steps.length === 0) return null;
  return (
    <section className={styles.block}>
      <h3>Runbook</h3>
      <dl className={styles.runbook}>
        {steps.map(([name, text]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function Notes({ alert, version, operate }: Props) {
  const notes = useAlertNotes(alert.id, version);
  const add = useAlertCall('addNote');
  const [who, setWho] = useWho();
  const [text, setText] = useState('');
  return (
    <section className={styles.block}>
      <h3>Notes</h3>
      {(notes.data ?? []).map((note) => (
        <p key={`${note.time} ${note.text}`} className={styles.note}>
          <span className={parts.caption}>
            {note.who}, {stamp(note.time)}
          </span>
          {note.text}
        </p>
      ))}
      {notes.data?.length === 0 ? <p className={styles.quiet}>No notes yet.</p> : null}
      {operate ? (
        <form
          className={forms.noteForm}
          onSubmit={(event) => {
            event.preventDefault();
            add.mutate({ alert: alert.id, who, text }, { onSuccess: () => setText('') });
          }}
        >
          <WhoField who={who} onWho={setWho} />
          <label className={forms.field}>
            Note
            <textarea rows={2} maxLength={4000} value={text} onChange={(event) => setText(event.target.value)} />
          </label>
          <button
            type="submit"
            className={parts.button}
            disabled={text.trim() === '' || who.trim() === '' || add.isPending}
          >
            Add note
          </button>
          {add.error ? <p className={styles.fault}>{faultOf(add.error).message}</p> : null}
        </form>
      ) : null}
    </section>
  );
}

/** The same rule at the same object before: how often and how long. */
function Similar({ alert, version }: Props) {
  const rows = useAlertHistory({ alert: alert.id, kinds: ['firing', 'resolved'], most: 40 }, version);
  const before = (rows.data?.rows ?? []).filter((row) => row.kind === 'firing' && row.time < alert.activeAt);
  return (
    <section className={styles.block}>
      <h3>Here before</h3>
      {before.length === 0 ? (
        <p className={styles.quiet}>Not within what the journal keeps.</p>
      ) : (
        <ul className={forms.before}>
          {before.slice(0, 5).map((row) => (
            <li key={row.seq}>
              <span className="num">{stamp(row.time)}</span> {row.text}
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
