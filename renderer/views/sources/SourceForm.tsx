import { type FormEvent, useRef, useState } from 'react';
import type { SourceSettings } from '../../../shared/settings.ts';
import { useRemoveSource, useSaveSource, useTestSource } from '../../ask/ask.ts';
import { faultOf } from '../../link/link.ts';
import parts from '../../parts/parts.module.css';
import { Segmented } from '../../parts/Segmented.tsx';
import { Advanced } from './Advanced.tsx';
import { ConnectionTest } from './ConnectionTest.tsx';
import { Field, type Section } from './Field.tsx';
import { emptyFields, type FieldErrors, fieldsOf, type SourceFields, sourceOf } from './source-form.ts';
import styles from './sources.module.css';
import { VaultSecret } from './VaultSecret.tsx';

/** Add or edit one source: where, how to get in, test, save, remove. */
export function SourceForm(props: SourceFormProps) {
  const { fields, errors, set, form, test, save, remove, onTest, onSave, onRemove } = useSourceForm(props);
  const failed = test.error ?? save.error ?? remove.error;
  return (
    <form ref={form} className={styles.form} onSubmit={onTest} noValidate>
      {props.source === null ? (
        <Segmented
          label="Kind of source"
          choices={[
            { id: 'prometheus', label: 'Prometheus-compatible server' },
            { id: 'exporters', label: 'Exporters' },
          ]}
          value={fields.kind}
          onPick={(kind) => set({ kind })}
        />
      ) : null}
      <Origin fields={fields} errors={errors} set={set} />
      <div className={styles.pair}>
        <Field name="name" label="Name" value={fields.name} errors={errors} onChange={(name) => set({ name })}>
          Left empty: the host's name
        </Field>
        <Field name="site" label="Site" value={fields.site} errors={errors} onChange={(site) => set({ site })}>
          For objects that topology.csv does not place
        </Field>
      </div>
      <Access fields={fields} errors={errors} set={set} />
      <Advanced fields={fields} errors={errors} set={set} />
      <Actions
        source={props.source}
        operate={props.operate}
        testing={test.isPending}
        busy={save.isPending || remove.isPending}
        onSave={onSave}
        onRemove={onRemove}
      />
      {props.operate ? null : <p className={styles.hint}>This viewer may only read. Changes need an operate key.</p>}
      {failed === null ? null : (
        <p role="alert" className={styles.fault}>
          {faultOf(failed).message} {faultOf(failed).hint}
        </p>
      )}
      {test.isPending || test.data !== undefined ? (
        <ConnectionTest reply={test.isPending ? undefined : test.data} running={test.isPending} />
      ) : null}
    </form>
  );
}

interface SourceFormProps {
  /** null: a new one. */
  readonly source: SourceSettings | null;
  readonly taken: readonly string[];
  /** May this viewer change anything? */
  readonly operate: boolean;
  readonly onSaved: (id: string) => void;
  readonly onRemoved: () => void;
}

/** The fields, what is wrong with them, and the three calls that they can make. */
function useSourceForm({ source: before, taken, onSaved, onRemoved }: SourceFormProps) {
  const [fields, setFields] = useState<SourceFields>(() =>
    before === null ? emptyFields('prometheus') : fieldsOf(before),
  );
  const [errors, setErrors] = useState<FieldErrors>({});
  const form = useRef<HTMLFormElement>(null);
  const test = useTestSource();
  const save = useSaveSource();
  const remove = useRemoveSource();
  const checked = (): SourceSettings | null => {
    const made = sourceOf(fields, before, taken);
    setErrors('errors' in made ? made.errors : {});
    if ('source' in made) return made.source;
    const first = Object.keys(made.errors)[0];
    form.current?.querySelector<HTMLElement>(`[name="${first}"]`)?.focus();
    return null;
  };
  const onTest = (event: FormEvent) => {
    event.preventDefault();
    const source = checked();
    if (source !== null) test.mutate({ source });
  };
  const onSave = () => {
    const source = checked();
    if (source !== null) save.mutate({ source, keep: true }, { onSuccess: () => onSaved(source.id) });
  };
  const onRemove = () => {
    if (before !== null) remove.mutate({ id: before.id }, { onSuccess: onRemoved });
  };
  const set = (change: Partial<SourceFields>) => setFields({ ...fields, ...change });
  return { fields, errors, set, form, test, save, remove, onTest, onSave, onRemove };
}

/** Test, save, remove; removing asks once more in its own place. */
function Actions(props: {
  source: SourceSettings | null;
  operate: boolean;
  testing: boolean;
  busy: boolean;
  onSave: () => void;
  onRemove: () => void;
}) {
  const { source, operate, testing, busy } = props;
  const [confirming, setConfirming] = useState(false);
  return (
    <div className={styles.actions}>
      <button type="submit" className={parts.button} disabled={!operate || testing}>
        {testing ? 'Testing' : 'Test connection'}
      </button>
      <button type="button" className={parts.primary} disabled={!operate || busy} onClick={props.onSave}>
        Save source
      </button>
      {source === null ? null : (
        <button
          type="button"
          className={`${parts.button} ${parts.end}`}
          disabled={!operate || busy}
          onClick={confirming ? props.onRemove : () => setConfirming(true)}
        >
          {confirming ? `Remove ${source.name} for good` : 'Remove source'}
        </button>
      )}
    </div>
  );
}

function Origin({ fields, errors, set }: Section) {
  if (fields.kind === 'prometheus') {
    return (
      <div className={styles.pairWide}>
        <Field name="url" label="URL" value={fields.url} errors={errors} onChange={(url) => set({ url })} mono>
          Prometheus, Thanos, Mimir or VictoriaMetrics
        </Field>
        <Field
          name="rateWindow"
          label="Rate window"
          value={fields.rateWindow}
          errors={errors}
          onChange={(rateWindow) => set({ rateWindow })}
          mono
        >
          At least twice its scrape interval
        </Field>
      </div>
    );
  }
  return (
    <>
      <Field
        name="targets"
        label="Exporters, one URL a line"
        value={fields.targets}
        errors={errors}
        lines={5}
        onChange={(targets) => set({ targets })}
        mono
      >
        Such as http://gpu-node-01:9400/metrics
      </Field>
      <Field
        name="files"
        label="file_sd files, one path a line"
        value={fields.files}
        errors={errors}
        lines={2}
        onChange={(files) => set({ files })}
        mono
      >
        JSON or YAML as Prometheus reads it; read again when it changes
      </Field>
    </>
  );
}

/** Who we are to it and whom we trust. */
export function Access({ fields, errors, set }: Section) {
  return (
    <>
      <div className={styles.group}>
        <span className={styles.label}>Authentication</span>
        <Segmented
          label="Authentication"
          choices={[
            { id: 'none', label: 'None' },
            { id: 'basic', label: 'Basic' },
            { id: 'bearer', label: 'Bearer token' },
          ]}
          value={fields.auth}
          onPick={(auth) => set({ auth })}
        />
      </div>
      {fields.auth === 'none' ? null : <Secret fields={fields} errors={errors} set={set} />}
      <div className={styles.pair}>
        <Field
          name="caFile"
          label="CA file"
          value={fields.caFile}
          errors={errors}
          onChange={(caFile) => set({ caFile })}
          mono
        >
          PEM; empty: the system's authorities
        </Field>
        <Field
          name="timeoutS"
          label="Timeout, seconds"
          value={fields.timeoutS}
          errors={errors}
          onChange={(timeoutS) => set({ timeoutS })}
        />
      </div>
      <label className={styles.check}>
        <input
          type="checkbox"
          checked={fields.insecure}
          onChange={(event) => set({ insecure: event.target.checked })}
        />
        Accept any certificate
      </label>
      {fields.insecure ? (
        <p className={styles.warning}>
          Anyone between Fleetwatt and this source can read and change what it sends. Give a CA file instead where you
          can.
        </p>
      ) : null}
    </>
  );
}

/** Who we are to the source: the user and where its secret lies, never the secret. */
function Secret({ fields, errors, set }: Section) {
  return (
    <div className={styles.pair}>
      {fields.auth === 'basic' ? (
        <Field name="user" label="User" value={fields.user} errors={errors} onChange={(user) => set({ user })} />
      ) : null}
      <div className={styles.group}>
        <span className={styles.label}>{fields.auth === 'basic' ? 'Password' : 'Token'} from</span>
        <Segmented
          label="Where the secret is"
          choices={[
            { id: 'env', label: 'Environment variable' },
            { id: 'file', label: 'File' },
            { id: 'vault', label: 'Vault' },
          ]}
          value={fields.secretFrom}
          onPick={(secretFrom) => set({ secretFrom })}
        />
      </div>
      {fields.secretFrom === 'vault' ? (
        <VaultSecret fields={fields} errors={errors} set={set} />
      ) : (
        <Field
          name="secret"
          label={fields.secretFrom === 'env' ? 'Name of the variable' : 'Path of the file'}
          value={fields.secret}
          errors={errors}
          onChange={(secret) => set({ secret })}
          mono
        >
          Fleetwatt stores this reference, never the secret
        </Field>
      )}
    </div>
  );
}
