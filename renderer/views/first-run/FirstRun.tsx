import { type FormEvent, type RefObject, useEffect, useRef, useState } from 'react';
import type { SourceSettings } from '../../../shared/settings.ts';
import { useOpenDemo, useSaveSource, useTestSource } from '../../ask/ask.ts';
import { faultOf } from '../../link/link.ts';
import { Kbd } from '../../parts/Kbd.tsx';
import parts from '../../parts/parts.module.css';
import { ConnectionTest } from '../sources/ConnectionTest.tsx';
import { emptyFields, sourceOf } from '../sources/source-form.ts';
import styles from './first-run.module.css';

/** Nothing is configured: two choices of equal weight. No account, no tour (ui.md 6h). */
export function FirstRun({ operate }: { operate: boolean }) {
  return (
    <main className={styles.page} data-region>
      <div className={styles.choices}>
        <DemoChoice operate={operate} />
        <ConnectChoice operate={operate} />
      </div>
      <p className={styles.keys}>
        <Kbd>?</Kbd> All keys. Exporters without a Prometheus, authentication and certificates:{' '}
        <a href="#/sources">Sources</a>.
      </p>
    </main>
  );
}

function DemoChoice({ operate }: { operate: boolean }) {
  const open = useOpenDemo();
  return (
    <section className={styles.choice} aria-labelledby="demo-title">
      <h2 id="demo-title">Demo fleet</h2>
      <p>
        2,048 simulated GPUs in 44 racks. Their exporters listen on this machine only, no network is needed, and
        Fleetwatt reads them by the same path as any exporter.
      </p>
      <button
        type="button"
        className={parts.primary}
        disabled={!operate || open.isPending || open.isSuccess}
        onClick={() => open.mutate({})}
      >
        {open.isPending || open.isSuccess ? 'Opening demo fleet' : 'Open demo fleet'}
      </button>
      <Fault error={open.error} />
    </section>
  );
}

function ConnectChoice({ operate }: { operate: boolean }) {
  const [url, setUrl] = useState('');
  const [wrong, setWrong] = useState('');
  const [tested, setTested] = useState<SourceSettings | null>(null);
  const field = useRef<HTMLInputElement>(null);
  const test = useTestSource();
  const save = useSaveSource();
  useEffect(() => field.current?.focus(), []);

  const onTest = (event: FormEvent) => {
    event.preventDefault();
    const made = sourceOf({ ...emptyFields('prometheus'), url }, null, []);
    setWrong('errors' in made ? (made.errors.url ?? '') : '');
    if (!('source' in made)) return;
    setTested(made.source);
    test.mutate({ source: made.source });
  };
  const reply = test.isPending ? undefined : test.data;
  return (
    <section className={styles.choice} aria-labelledby="connect-title">
      <h2 id="connect-title">Prometheus</h2>
      <form onSubmit={onTest} noValidate className={styles.form}>
        <label htmlFor="connect-url">Address of a Prometheus, Thanos, Mimir or VictoriaMetrics server</label>
        <UrlField field={field} url={url} wrong={wrong !== ''} onChange={setUrl} />
        {wrong === '' ? null : (
          <span id="connect-wrong" className={styles.wrong}>
            {wrong}
          </span>
        )}
        <button type="submit" className={parts.primary} disabled={!operate || test.isPending}>
          {test.isPending ? 'Testing' : 'Connect Prometheus'} <Kbd>Enter</Kbd>
        </button>
      </form>
      <Fault error={test.error ?? save.error} />
      {test.isPending || reply !== undefined ? <ConnectionTest reply={reply} running={test.isPending} /> : null}
      {reply?.ok === true && tested !== null ? (
        <div className={styles.go}>
          <button
            type="button"
            className={parts.primary}
            disabled={save.isPending}
            onClick={() => save.mutate({ source: tested, keep: true })}
          >
            Open overview
          </button>
          {reply.gpus === 0 ? <span>It will stay empty until this source has GPU metrics.</span> : null}
        </div>
      ) : null}
    </section>
  );
}

function UrlField(props: {
  field: RefObject<HTMLInputElement | null>;
  url: string;
  wrong: boolean;
  onChange: (url: string) => void;
}) {
  return (
    <input
      ref={props.field}
      id="connect-url"
      type="text"
      inputMode="url"
      spellCheck={false}
      autoComplete="off"
      placeholder="http://pdx-prom-01:9090"
      value={props.url}
      aria-invalid={props.wrong}
      aria-describedby={props.wrong ? 'connect-wrong' : undefined}
      onChange={(event) => props.onChange(event.target.value)}
    />
  );
}

function Fault({ error }: { error: Error | null }) {
  if (error === null) return null;
  const fault = faultOf(error);
  return (
    <p role="alert" className={styles.wrong}>
      {fault.message} {fault.hint}
    </p>
  );
}
