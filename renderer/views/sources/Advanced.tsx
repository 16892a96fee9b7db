import { Field, type Section } from './Field.tsx';
import styles from './sources.module.css';

/** What few sources need, folded away unless it is set. */
export function Advanced({ fields, errors, set, ports = true }: Section & { readonly ports?: boolean }) {
  const used = [fields.certFile, fields.keyFile, fields.proxy, fields.tenant, fields.headers, fields.waitTick];
  const wrong = ['certFile', 'keyFile', 'proxy', 'tenant', 'headers', 'waitTick'] as const;
  return (
    <details className={styles.more} open={used.some((text) => text !== '') || wrong.some((name) => errors[name])}>
      <summary>Client certificate, proxy, headers</summary>
      <div className={styles.pair}>
        <Field
          name="certFile"
          label="Client certificate"
          value={fields.certFile}
          errors={errors}
          onChange={(certFile) => set({ certFile })}
          mono
        >
          PEM, where the source asks who we are (mTLS)
        </Field>
        <Field
          name="keyFile"
          label="Its key"
          value={fields.keyFile}
          errors={errors}
          onChange={(keyFile) => set({ keyFile })}
          mono
        >
          PEM, readable by you alone (mode 0600)
        </Field>
      </div>
      <div className={styles.pair}>
        <Field
          name="proxy"
          label="Proxy"
          value={fields.proxy}
          errors={errors}
          onChange={(proxy) => set({ proxy })}
          mono
        >
          HTTP proxy with CONNECT; those of the environment are not used
        </Field>
        <Field
          name="tenant"
          label="Tenant"
          value={fields.tenant}
          errors={errors}
          onChange={(tenant) => set({ tenant })}
          mono
        >
          Sent as X-Scope-OrgID to Mimir and its like
        </Field>
      </div>
      <Field
        name="headers"
        label="Headers, one a line"
        value={fields.headers}
        errors={errors}
        lines={3}
        onChange={(headers) => set({ headers })}
        mono
      >
        Such as X-Team: power. A secret is named: X-Key: env:VARIABLE, or X-Key: file:/path
      </Field>
      {ports ? <WaitTick fields={fields} errors={errors} set={set} /> : null}
    </details>
  );
}

/** What a tick of the ports of a source stands for. */
function WaitTick({ fields, errors, set }: Section) {
  return (
    <Field
      name="waitTick"
      label="Bytes a tick of transmit wait"
      value={fields.waitTick}
      errors={errors}
      onChange={(waitTick) => set({ waitTick })}
    >
      As your switch chip has it; without it waiting is shown in raw ticks and raises no alarm
    </Field>
  );
}
