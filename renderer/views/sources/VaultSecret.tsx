import { useId, useState } from 'react';
import { formatDate } from '../../../shared/format.ts';
import { useSecrets, useSetSecret } from '../../ask/ask.ts';
import { faultOf } from '../../link/link.ts';
import parts from '../../parts/parts.module.css';
import { Field, type Section } from './Field.tsx';
import styles from './sources.module.css';

/** A secret that the desktop keeps by the system's keychain: it can be set, and nothing shows it again. */
export function VaultSecret({ fields, errors, set }: Section) {
  const { data: vault, error } = useSecrets();
  const keep = useSetSecret();
  const [value, setValue] = useState('');
  const id = useId();
  const name = fields.secret.trim();
  const known = vault?.secrets.find((one) => one.name === name);
  if (vault !== undefined && !vault.available) return <p className={styles.warning}>{vault.why}</p>;
  const onKeep = () => keep.mutate({ name, value }, { onSuccess: () => setValue('') });
  const failed = keep.error ?? error;
  return (
    <>
      <Field
        name="secret"
        label="Name in the vault"
        value={fields.secret}
        errors={errors}
        onChange={(secret) => set({ secret })}
        mono
      >
        {known === undefined ? 'Not set' : `Set ${formatDate(known.setAt)}`}
      </Field>
      <div className={styles.group}>
        <label className={styles.label} htmlFor={id}>
          {known === undefined ? 'Secret' : 'New secret'}
        </label>
        <input
          id={id}
          type="password"
          autoComplete="new-password"
          value={value}
          onChange={(event) => setValue(event.target.value)}
        />
        <button
          type="button"
          className={parts.button}
          disabled={name === '' || value === '' || keep.isPending}
          onClick={onKeep}
        >
          Keep in the vault
        </button>
        {failed === null ? null : (
          <span role="alert" className={styles.fault}>
            {faultOf(failed).message} {faultOf(failed).hint}
          </span>
        )}
      </div>
    </>
  );
}
