import { useState } from 'react';
import type { JournalSize } from '../../../shared/alerting/alert.ts';
import { formatBytes, formatCount, formatDate } from '../../../shared/format.ts';
import type { Settings } from '../../../shared/settings.ts';
import { useJournalSize } from '../../ask/alerts.ts';
import { useHello, useSaveJournal } from '../../ask/ask.ts';
import { faultOf } from '../../link/link.ts';
import { Dialog } from '../../parts/Dialog.tsx';
import parts from '../../parts/parts.module.css';
import forms from './alert-forms.module.css';
import styles from './alerts.module.css';
import { keptWords, limitsOf } from './journal-form.ts';
import { useWho, WhoField } from './who.tsx';

/** How much the journal holds, for how long it is kept, and where that is changed. */
export function JournalLimits({ version, operate }: { version: number; operate: boolean }) {
  const hello = useHello();
  const size = useJournalSize(version);
  const [open, setOpen] = useState(false);
  const limits = hello.data?.settings.journal;
  if (limits === undefined) return null;
  return (
    <>
      <span className={styles.kept}>
        {sizeWords(size.data)} {keptWords(limits)}
      </span>
      {operate ? (
        <button type="button" className={parts.button} onClick={() => setOpen(true)}>
          Change
        </button>
      ) : null}
      {open ? <LimitsDialog limits={limits} onClose={() => setOpen(false)} /> : null}
    </>
  );
}

function sizeWords(size: JournalSize | undefined): string {
  if (size === undefined) return '';
  if (size.oldest === null) return 'The journal is empty.';
  return `${formatCount(size.rows)} rows since ${formatDate(size.oldest)}, some ${formatBytes(size.bytes)}.`;
}

function LimitsDialog({ limits, onClose }: { limits: Settings['journal']; onClose: () => void }) {
  const save = useSaveJournal();
  const [who, setWho] = useWho();
  const [days, setDays] = useState(String(limits.keepDays));
  const [megabytes, setMegabytes] = useState(String(Math.round(limits.keepBytes / 1e6)));
  const { journal, error, lessWords } = limitsOf(days, megabytes, limits);
  return (
    <Dialog title="How long the journal is kept" open onClose={onClose}>
      <form
        className={forms.form}
        onSubmit={(event) => {
          event.preventDefault();
          if (journal) save.mutate({ journal, who }, { onSuccess: onClose });
        }}
      >
        <label className={forms.field}>
          Days, 1 to 3,650
          <input type="number" min={1} max={3650} value={days} onChange={({ target }) => setDays(target.value)} />
        </label>
        <label className={forms.field}>
          Megabytes at most, 1 to 64,000
          <input
            type="number"
            min={1}
            max={64_000}
            value={megabytes}
            onChange={({ target }) => setMegabytes(target.value)}
          />
        </label>
        <WhoField who={who} onWho={setWho} />
        <p className={error === '' ? styles.quiet : styles.fault}>{error === '' ? lessWords : error}</p>
        {save.error ? <p className={styles.fault}>{faultOf(save.error).message}</p> : null}
        <button
          type="submit"
          className={parts.primary}
          disabled={journal === null || who.trim() === '' || save.isPending}
        >
          Save
        </button>
      </form>
    </Dialog>
  );
}
