import { type FormEvent, useId, useState } from 'react';
import type { InteropReply } from '../../../../shared/contract/interop.ts';
import { useSaveConsole } from '../../../ask/ask.ts';
import { faultOf } from '../../../link/link.ts';
import parts from '../../../parts/parts.module.css';
import styles from '../sources.module.css';

/** What the pages that others get lead to: the address of this console, as they reach it. */
export function ConsoleAddress({
  console: { url, served },
  operate,
}: Pick<InteropReply, 'console'> & { operate: boolean }) {
  const id = useId();
  const save = useSaveConsole();
  const own = url === served ? '' : url;
  const [typed, setTyped] = useState<string | null>(null);
  const text = typed ?? own;
  const onSave = (event: FormEvent) => {
    event.preventDefault();
    save.mutate({ url: text.trim() }, { onSuccess: () => setTyped(null) });
  };
  return (
    <form className={styles.note} onSubmit={onSave}>
      <div className={styles.group}>
        <label className={styles.label} htmlFor={id}>
          Links in pages lead to
        </label>
        <input
          id={id}
          type="text"
          className={styles.mono}
          spellCheck={false}
          autoComplete="off"
          placeholder={served === '' ? 'No link' : served}
          aria-describedby={`${id}-hint`}
          aria-invalid={save.error !== null}
          disabled={!operate}
          value={text}
          onChange={(event) => setTyped(event.target.value)}
        />
        <span id={`${id}-hint`} className={styles.hint}>
          {served === ''
            ? 'The address at which others reach a served console. Empty: pages have no link.'
            : 'The address at which others reach this console. Empty: where it is served.'}
        </span>
      </div>
      <div className={styles.actions}>
        <button type="submit" className={parts.button} disabled={!operate || text.trim() === own || save.isPending}>
          Save address
        </button>
      </div>
      {save.error === null ? null : (
        <p role="alert" className={styles.fault}>
          {faultOf(save.error).message}
        </p>
      )}
    </form>
  );
}
