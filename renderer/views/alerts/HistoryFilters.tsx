import { ALERT_DOMAINS, ALERT_SEVERITIES } from '../../../shared/alerting/alert.ts';
import { DOMAIN_WORDS, ruleWords } from './alert-facets.ts';
import styles from './alerts.module.css';
import { EMPTY_HISTORY, type HistoryDraft } from './history-form.ts';

interface Props {
  readonly draft: HistoryDraft;
  /** Names of all rules. */
  readonly rules: readonly string[];
  readonly error: string;
  readonly onPut: (change: Partial<HistoryDraft>) => void;
}

/** What narrows the history down: severity, domain, rule, place and time. */
export function HistoryFilters({ draft, rules, error, onPut }: Props) {
  const { group: _group, text: _text, ...narrowed } = draft;
  const clear = { severity: '', domain: '', rule: '', under: '', from: '', to: '' } as const;
  return (
    <div className={styles.filters}>
      <Pick
        label="Severity"
        value={draft.severity}
        choices={ALERT_SEVERITIES.map((one) => [one, one])}
        onPick={(severity) => onPut({ severity })}
      />
      <Pick
        label="Domain"
        value={draft.domain}
        choices={ALERT_DOMAINS.map((one) => [one, DOMAIN_WORDS[one]])}
        onPick={(domain) => onPut({ domain })}
      />
      <Pick
        label="Rule"
        value={draft.rule}
        choices={rules.map((one) => [one, ruleWords(one)])}
        onPick={(rule) => onPut({ rule })}
      />
      <Typed label="At and under" wide value={draft.under} hint="PDX-1/A/A2" onType={(under) => onPut({ under })} />
      <Typed label="From, UTC" value={draft.from} hint="2026-11-26 14:30" onType={(from) => onPut({ from })} />
      <Typed label="to" value={draft.to} hint="2026-11-26" onType={(to) => onPut({ to })} />
      {Object.values(narrowed).every((one) => one === '') ? null : (
        <button type="button" className={styles.link} onClick={() => onPut({ ...EMPTY_HISTORY, ...draft, ...clear })}>
          Clear
        </button>
      )}
      {error === '' ? null : (
        <span role="status" className={styles.fault}>
          {error}
        </span>
      )}
    </div>
  );
}

function Pick<Value extends string>(props: {
  label: string;
  value: Value | '';
  choices: readonly (readonly [Value, string])[];
  onPick: (value: Value | '') => void;
}) {
  return (
    <label>
      {props.label}
      <select value={props.value} onChange={({ target }) => props.onPick(target.value as Value | '')}>
        <option value="">any</option>
        {props.choices.map(([value, words]) => (
          <option key={value} value={value}>
            {words}
          </option>
        ))}
      </select>
    </label>
  );
}

function Typed(props: { label: string; value: string; hint: string; wide?: boolean; onType: (text: string) => void }) {
  return (
    <label>
      {props.label}
      <input
        type="text"
        spellCheck={false}
        data-wide={props.wide === true}
        placeholder={props.hint}
        value={props.value}
        onChange={({ target }) => props.onType(target.value)}
      />
    </label>
  );
}
