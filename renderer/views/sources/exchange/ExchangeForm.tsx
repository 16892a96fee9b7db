import { type FormEvent, useId, useRef, useState } from 'react';
import type { InteropTestReply } from '../../../../shared/contract/interop.ts';
import { useRemoveExchange, useSaveExchange, useTestExchange } from '../../../ask/ask.ts';
import { faultOf } from '../../../link/link.ts';
import parts from '../../../parts/parts.module.css';
import { Segmented } from '../../../parts/Segmented.tsx';
import { Advanced } from '../Advanced.tsx';
import { Field } from '../Field.tsx';
import { Access } from '../SourceForm.tsx';
import type { SourceFields } from '../source-form.ts';
import styles from '../sources.module.css';
import {
  type ExchangeErrors,
  type ExchangeFields,
  type ExchangeKind,
  type ExchangeSettings,
  exchangeFieldsOf,
  exchangeOf,
} from './exchange-form.ts';

const WORDS = { alertmanager: 'Alertmanager', webhook: 'webhook' } as const;

/** Add or edit an Alertmanager or a webhook: where, how to get in, test, save, remove. */
export function ExchangeForm<Kind extends ExchangeKind>(props: {
  kind: Kind;
  /** null: a new one. */
  before: ExchangeSettings[Kind] | null;
  taken: readonly string[];
  operate: boolean;
  onSaved: (id: string) => void;
  onRemoved: () => void;
}) {
  const { kind, before, operate } = props;
  const [fields, setFields] = useState<ExchangeFields>(() => exchangeFieldsOf(before));
  const [errors, setErrors] = useState<ExchangeErrors>({});
  const [confirming, setConfirming] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  const test = useTestExchange(kind);
  const save = useSaveExchange(kind);
  const remove = useRemoveExchange(kind);
  const set = (change: Partial<ExchangeFields>) => setFields({ ...fields, ...change });
  const setConnection = (change: Partial<SourceFields>) => set({ connection: { ...fields.connection, ...change } });
  const checked = (): ExchangeSettings[Kind] | null => {
    const made = exchangeOf(kind, fields, before, props.taken);
    setErrors('errors' in made ? made.errors : {});
    if ('settings' in made) return made.settings;
    form.current?.querySelector<HTMLElement>(`[name="${Object.keys(made.errors)[0]}"]`)?.focus();
    return null;
  };
  const onTest = (event: FormEvent) => {
    event.preventDefault();
    const settings = checked();
    if (settings !== null) test.mutate(settings);
  };
  const onSave = () => {
    const settings = checked();
    if (settings !== null) save.mutate(settings, { onSuccess: () => props.onSaved(settings.id) });
  };
  const failed = test.error ?? save.error ?? remove.error;
  const section = { fields: fields.connection, errors, set: setConnection };
  return (
    <form ref={form} className={styles.form} onSubmit={onTest} noValidate>
      <Where kind={kind} fields={fields} errors={errors} set={set} setConnection={setConnection} />
      <Access {...section} />
      <Advanced {...section} ports={false} />
      <div className={styles.actions}>
        <button type="submit" className={parts.button} disabled={!operate || test.isPending}>
          {test.isPending ? 'Testing' : kind === 'webhook' ? 'Send a test' : 'Test connection'}
        </button>
        <button type="button" className={parts.primary} disabled={!operate || save.isPending} onClick={onSave}>
          Save {WORDS[kind]}
        </button>
        {before === null ? null : (
          <button
            type="button"
            className={`${parts.button} ${parts.end}`}
            disabled={!operate || remove.isPending}
            onClick={() =>
              confirming ? remove.mutate({ id: before.id }, { onSuccess: props.onRemoved }) : setConfirming(true)
            }
          >
            {confirming ? `Remove ${before.name} for good` : `Remove ${WORDS[kind]}`}
          </button>
        )}
      </div>
      {operate ? null : <p className={styles.hint}>This viewer may only read. Changes need an operate key.</p>}
      {failed === null ? null : (
        <p role="alert" className={styles.fault}>
          {faultOf(failed).message} {faultOf(failed).hint}
        </p>
      )}
      {test.data === undefined ? null : <Steps reply={test.data} />}
    </form>
  );
}

interface WhereProps {
  readonly kind: ExchangeKind;
  readonly fields: ExchangeFields;
  readonly errors: ExchangeErrors;
  readonly set: (change: Partial<ExchangeFields>) => void;
  readonly setConnection: (change: Partial<SourceFields>) => void;
}

/** Address and name, and what is sent there. */
function Where({ kind, fields, errors, set, setConnection }: WhereProps) {
  const { connection, urlFrom } = fields;
  const label = urlFrom === 'env' ? 'Name of the variable' : urlFrom === 'file' ? 'Path of the file' : 'URL';
  const url = (hint: string) => (
    <Field
      name="url"
      label={label}
      value={connection.url}
      errors={errors}
      onChange={(at) => setConnection({ url: at })}
      mono
    >
      {hint}
    </Field>
  );
  const name = (
    <Field
      name="name"
      label="Name"
      value={connection.name}
      errors={errors}
      onChange={(text) => setConnection({ name: text })}
    >
      Left empty: the host's name
    </Field>
  );
  if (kind === 'alertmanager') {
    return (
      <>
        <div className={styles.pairWide}>
          {url('Such as http://alertmanager-01:9093; each member of a cluster by itself')}
          {name}
        </div>
        <label className={styles.check}>
          <input type="checkbox" checked={fields.push} onChange={(event) => set({ push: event.target.checked })} />
          Send our alerts to it
        </label>
      </>
    );
  }
  return (
    <>
      <div className={styles.group}>
        <span className={styles.label}>Address from</span>
        <Segmented
          label="Where the address is"
          choices={[
            { id: 'here', label: 'This form' },
            { id: 'env', label: 'Environment variable' },
            { id: 'file', label: 'File' },
          ]}
          value={urlFrom}
          onPick={(from) => set({ urlFrom: from })}
        />
      </div>
      <div className={styles.pairWide}>
        {url(
          urlFrom === 'here'
            ? 'A secret address stands better in a variable or a file'
            : 'Fleetwatt stores this reference, never the address',
        )}
        {name}
      </div>
      <Signing fields={fields} errors={errors} set={set} />
    </>
  );
}

/** From which severity on it is told, and by which key requests are signed. */
function Signing({ fields, errors, set }: Pick<WhereProps, 'fields' | 'errors' | 'set'>) {
  const id = useId();
  return (
    <>
      <div className={styles.group}>
        <span className={styles.label}>Told of</span>
        <Segmented
          label="Told of"
          choices={[
            { id: 'critical', label: 'Critical' },
            { id: 'warning', label: 'Warning and above' },
            { id: 'advisory', label: 'Everything' },
          ]}
          value={fields.least}
          onPick={(least) => set({ least })}
        />
      </div>
      <div className={styles.pair}>
        <div className={styles.group}>
          <span className={styles.label}>Signing key from</span>
          <Segmented
            label="Where the signing key is"
            choices={[
              { id: 'here', label: 'No signature' },
              { id: 'env', label: 'Variable' },
              { id: 'file', label: 'File' },
            ]}
            value={fields.keyFrom}
            onPick={(keyFrom) => set({ keyFrom })}
          />
        </div>
        {fields.keyFrom === 'here' ? null : (
          <div className={styles.group}>
            <label className={styles.label} htmlFor={id}>
              {fields.keyFrom === 'env' ? 'Variable of the key' : 'File of the key'}
            </label>
            <input
              id={id}
              name="key"
              type="text"
              className={styles.mono}
              spellCheck={false}
              autoComplete="off"
              value={fields.key}
              aria-invalid={errors.key !== undefined}
              aria-describedby={errors.key === undefined ? undefined : `${id}-error`}
              onChange={(event) => set({ key: event.target.value })}
            />
            {errors.key === undefined ? null : (
              <span id={`${id}-error`} className={styles.fault}>
                {errors.key}
              </span>
            )}
          </div>
        )}
      </div>
    </>
  );
}

function Steps({ reply }: { reply: InteropTestReply }) {
  return (
    <div aria-live="polite">
      <table className={styles.steps}>
        <caption className={parts.caption}>Connection test</caption>
        <tbody>
          {reply.steps.map(({ step, ok, ms, text }) => (
            <tr key={step} data-state={ok ? 'ok' : 'failed'}>
              <th scope="row">{step}</th>
              <td>{ok ? 'Passed' : 'Failed'}</td>
              <td className={`num ${styles.ms}`}>{Math.round(ms)} ms</td>
              <td>{text}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
