import { useState } from 'react';
import {
  type Alert,
  CRITICAL_POWER_SILENCE_MS,
  MATCH_OPS,
  type Matcher,
  type MatchOp,
} from '../../../shared/alerting/alert.ts';
import { formatDate, formatTime } from '../../../shared/format.ts';
import { Dialog } from '../../parts/Dialog.tsx';
import parts from '../../parts/parts.module.css';
import forms from './alert-forms.module.css';
import styles from './alerts.module.css';
import { MOST_SILENCE_MS, nextEight, silenceOf, subtreesOf } from './silence-form.ts';
import { useSilencing } from './use-silencing.ts';
import { useWho, WhoField } from './who.tsx';
import { silenceWords } from './words.ts';

const HOUR = 3_600_000;

/** Mutes by a subtree of places or by labels, for a time and with a reason; never hides. */
export function SilenceDialog({ alert, now, onClose }: { alert: Alert | null; now: number; onClose: () => void }) {
  const silencing = useSilencing(onClose);
  const [others, setOthers] = useState(false);
  const [who, setWho] = useWho();
  const [reason, setReason] = useState('');
  const [hours, setHours] = useState('1');
  const [preset, setPreset] = useState<'1' | '4' | '8' | 'morning' | 'custom'>('1');
  const [under, setUnder] = useState(alert?.path ?? '');
  const [matchers, setMatchers] = useState<readonly Matcher[]>(
    alert ? [{ name: 'alertname', op: '=', value: alert.rule }] : [{ name: 'alertname', op: '=', value: '' }],
  );
  const lasts = preset === 'morning' ? nextEight(now) - now : Number(preset === 'custom' ? hours : preset) * HOUR;
  const arg = silenceOf({ matchers, under, lasts, now, who, reason });
  const short = alert?.severity === 'critical' && alert.domain === 'power' && lasts > CRITICAL_POWER_SILENCE_MS;
  return (
    <Dialog title="Silence" open onClose={onClose}>
      <form
        className={forms.form}
        onSubmit={(event) => {
          event.preventDefault();
          if (arg.error === '') silencing.make(arg.call, others);
        }}
      >
        <Where alert={alert} under={under} onUnder={setUnder} />
        <Matchers matchers={matchers} onChange={setMatchers} />
        <fieldset className={forms.choices}>
          <legend>For</legend>
          {(
            [
              ['1', '1 h'],
              ['4', '4 h'],
              ['8', '8 h'],
              ['morning', 'Until 08:00 UTC'],
              ['custom', 'Hours:'],
            ] as const
          ).map(([id, label]) => (
            <label key={id}>
              <input type="radio" name="for" checked={preset === id} onChange={() => setPreset(id)} /> {label}
            </label>
          ))}
          <input
            type="number"
            aria-label="Hours"
            className={forms.hours}
            min={0.25}
            max={MOST_SILENCE_MS / HOUR}
            step={0.25}
            value={hours}
            onFocus={() => setPreset('custom')}
            onChange={(event) => setHours(event.target.value)}
          />
        </fieldset>
        <WhoField who={who} onWho={setWho} />
        <label className={forms.field}>
          Reason
          <textarea
            rows={2}
            required
            maxLength={4000}
            value={reason}
            onChange={(event) => setReason(event.target.value)}
          />
        </label>
        <p className={styles.quiet}>
          {arg.error === ''
            ? `Mutes ${silenceWords(arg.call)} until ${formatDate(arg.call.endsAt)} ${formatTime(arg.call.endsAt).slice(0, 5)} UTC. Silenced alerts stay listed.`
            : arg.error}
          {short ? ' A critical power alert is muted for 24 h at most.' : ''}
        </p>
        {silencing.hasOthers ? (
          <label className={forms.check}>
            <input
              type="checkbox"
              checked={others}
              disabled={silencing.made}
              onChange={(event) => setOthers(event.target.checked)}
            />
            Also at the Alertmanagers
          </label>
        ) : null}
        {silencing.error !== '' ? (
          <p className={styles.fault} role="alert">
            {silencing.error}
          </p>
        ) : null}
        <button type="submit" className={parts.primary} disabled={arg.error !== '' || silencing.pending}>
          {silencing.made ? 'Try again there' : 'Silence'}
        </button>
      </form>
    </Dialog>
  );
}

function Where({ alert, under, onUnder }: { alert: Alert | null; under: string; onUnder: (under: string) => void }) {
  if (alert === null) {
    return (
      <label className={forms.field}>
        At and under (path of a place), empty for everywhere
        <input type="text" value={under} onChange={(event) => onUnder(event.target.value)} placeholder="PDX-1/A/A2" />
      </label>
    );
  }
  return (
    <fieldset className={forms.choices}>
      <legend>Where</legend>
      {subtreesOf(alert).map(({ path, label }) => (
        <label key={path}>
          <input type="radio" name="where" checked={under === path} onChange={() => onUnder(path)} /> {label}
        </label>
      ))}
    </fieldset>
  );
}

function Matchers(props: { matchers: readonly Matcher[]; onChange: (matchers: readonly Matcher[]) => void }) {
  const { matchers } = props;
  const put = (index: number, change: Partial<Matcher>) =>
    props.onChange(matchers.map((one, at) => (at === index ? { ...one, ...change } : one)));
  return (
    <fieldset className={forms.matchers}>
      <legend>Labels; all must match</legend>
      {matchers.map((matcher, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: matchers have no identity but their place.
        <div key={index}>
          <input
            aria-label="Label"
            value={matcher.name}
            onChange={(event) => put(index, { name: event.target.value })}
          />
          <select
            aria-label="Comparison"
            value={matcher.op}
            onChange={(event) => put(index, { op: event.target.value as MatchOp })}
          >
            {MATCH_OPS.map((op) => (
              <option key={op}>{op}</option>
            ))}
          </select>
          <input
            aria-label="Value"
            value={matcher.value}
            onChange={(event) => put(index, { value: event.target.value })}
          />
          <button
            type="button"
            className={styles.link}
            onClick={() => props.onChange(matchers.filter((_, at) => at !== index))}
          >
            Remove
          </button>
        </div>
      ))}
      <button
        type="button"
        className={styles.link}
        onClick={() => props.onChange([...matchers, { name: 'severity', op: '=', value: 'warning' }])}
      >
        Add label
      </button>
    </fieldset>
  );
}
