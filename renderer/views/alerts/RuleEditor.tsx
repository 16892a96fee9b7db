import { useState } from 'react';
import {
  ALERT_SEVERITIES,
  type AlertSeverity,
  type QuantityInfo,
  type Rule,
  type RulePreview,
  type RuleStatus,
} from '../../../shared/alerting/alert.ts';
import { formatCount, formatCountPair } from '../../../shared/format.ts';
import { copyOf, useAlertCall, usePreview } from '../../ask/alerts.ts';
import { faultOf } from '../../link/link.ts';
import parts from '../../parts/parts.module.css';
import { valueText } from '../../parts/value-text.ts';
import { ruleWords } from './alert-facets.ts';
import forms from './alert-forms.module.css';
import tables from './alert-tables.module.css';
import styles from './alerts.module.css';
import { draftOf, ruleOf, unitOf } from './rule-form.ts';
import { useWho, WhoField } from './who.tsx';

/** A rule's thresholds, times and places with lines of their own; below, what it finds now. */
export function RuleEditor(props: {
  rule: RuleStatus;
  quantities: readonly QuantityInfo[];
  operate: boolean;
  /** As it was at a time of the past: it is shown, and nothing is tried. */
  isOver: boolean;
}) {
  const { rule, operate, isOver } = props;
  const [draft, setDraft] = useState(() => draftOf(rule));
  const [who, setWho] = useWho();
  const save = useAlertCall('saveRule');
  const reset = useAlertCall('resetRule');
  const { rule: edited, error } = ruleOf(rule, draft);
  const preview = usePreview(isOver ? null : edited);
  const put = (change: Partial<typeof draft>) => setDraft({ ...draft, ...change });
  const editable = operate && rule.from === 'pack';
  const failed = save.error ?? reset.error;
  return (
    <section className={parts.panel} aria-label={`Rule ${ruleWords(rule.name)}`} data-region>
      <div className={parts.header}>
        <h2>{ruleWords(rule.name)}</h2>
        <span className={`${parts.caption} ${parts.end}`}>
          {isOver
            ? 'As it was then'
            : rule.from === 'file'
              ? `Changed in its file, ${rule.file}`
              : rule.changed
                ? 'Changed here'
                : 'As it ships'}
        </span>
      </div>
      <form
        className={forms.ruleForm}
        onSubmit={(event) => {
          event.preventDefault();
          if (edited) save.mutate({ rule: copyOf(edited), who });
        }}
      >
        <fieldset disabled={!editable} className={forms.plainSet}>
          <Line
            label="When"
            value={draft.when}
            onChange={(when) => put({ when })}
            bad={!isOver && preview.data?.error !== ''}
          />
          <Line
            label="Clears when, empty: as soon as it does not hold"
            value={draft.clear}
            onChange={(clear) => put({ clear })}
          />
          <div className={forms.pair}>
            <Line label="For, such as 90s, 5m, 1h" value={draft.holds} onChange={(holds) => put({ holds })} />
            <Line label="Keeps firing for" value={draft.keeps} onChange={(keeps) => put({ keeps })} />
            <label className={forms.field}>
              Severity
              <select
                value={draft.severity}
                onChange={(event) => put({ severity: event.target.value as AlertSeverity })}
              >
                {ALERT_SEVERITIES.map((severity) => (
                  <option key={severity}>{severity}</option>
                ))}
              </select>
            </label>
          </div>
          <label className={forms.field}>
            Places with a line of their own, one a line: PDX-1/A/A2: power.budget &gt; 0.95
            <textarea
              rows={2}
              spellCheck={false}
              className={styles.code}
              value={draft.overrides}
              onChange={(event) => put({ overrides: event.target.value })}
            />
          </label>
          <label className={forms.check}>
            <input
              type="checkbox"
              checked={draft.enabled}
              onChange={(event) => put({ enabled: event.target.checked })}
            />{' '}
            On
          </label>
        </fieldset>
        {isOver ? null : error === '' ? (
          <Preview preview={preview.data} unit={unitOf(draft.when, props.quantities)} />
        ) : (
          <p className={styles.fault}>{error}</p>
        )}
        {editable ? (
          <>
            <WhoField who={who} onWho={setWho} />
            <div className={styles.actions}>
              <button
                type="submit"
                className={parts.primary}
                disabled={edited === null || preview.data?.error !== '' || who.trim() === '' || save.isPending}
              >
                Save rule
              </button>
              {rule.changed ? (
                <button
                  type="button"
                  className={parts.button}
                  disabled={who.trim() === '' || reset.isPending}
                  onClick={() => reset.mutate({ name: rule.name, who })}
                >
                  Back to how it ships
                </button>
              ) : null}
            </div>
          </>
        ) : null}
        {failed ? <p className={styles.fault}>{faultOf(failed).message}</p> : null}
        <Quantities quantities={props.quantities} />
        <Runbook rule={rule} />
      </form>
    </section>
  );
}

function Line(props: { label: string; value: string; onChange: (value: string) => void; bad?: boolean }) {
  return (
    <label className={forms.field}>
      {props.label}
      <input
        type="text"
        spellCheck={false}
        className={styles.code}
        value={props.value}
        aria-invalid={props.bad === true}
        onChange={(event) => props.onChange(event.target.value)}
      />
    </label>
  );
}

/** What the edited rule would find at this moment, or what is wrong with it. */
function Preview({ preview, unit }: { preview: RulePreview | undefined; unit: string }) {
  if (preview === undefined) return <p className={styles.quiet}>Asking what it finds now.</p>;
  if (preview.error !== '')
    return (
      <p className={styles.fault}>
        Column {preview.column}: {preview.error}
      </p>
    );
  return (
    <section className={forms.preview} aria-label="What it finds now">
      <p>
        Holds now for <b className="num">{formatCountPair(preview.holds, preview.of)}</b> objects
        {preview.unknown === 0 ? '' : `; of ${formatCount(preview.unknown)} nobody can tell`}.
      </p>
      <ul>
        {preview.found.slice(0, 6).map(({ object, path, value }) => (
          <li key={`${path} ${object}`}>
            {object}
            {value === null ? '' : `, ${valueText(value, unit)}`}
          </li>
        ))}
        {preview.holds > 6 ? <li>and {formatCount(preview.holds - 6)} more</li> : null}
      </ul>
    </section>
  );
}

function Quantities({ quantities }: { quantities: readonly QuantityInfo[] }) {
  if (quantities.length === 0) return null;
  return (
    <details className={styles.block}>
      <summary>Quantities that rules may compare</summary>
      <table className={tables.plain}>
        <tbody>
          {quantities.map(({ name, label, unit, levels }) => (
            <tr key={name}>
              <td>
                <code className={styles.code}>{name}</code>
              </td>
              <td>{label}</td>
              <td>{unit}</td>
              <td>{levels.join(', ')}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}

function Runbook({ rule: { runbook } }: { rule: Rule }) {
  if (runbook.means === '') return null;
  return (
    <section className={styles.block}>
      <h3>Runbook</h3>
      <p>{runbook.means}</p>
      <p>{runbook.check}</p>
      <p>{runbook.act}</p>
    </section>
  );
}
