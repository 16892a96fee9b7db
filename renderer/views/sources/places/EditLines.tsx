import { useState } from 'react';
import { useTopologyText } from '../../../ask/places.ts';
import parts from '../../../parts/parts.module.css';
import { Failure } from './Part.tsx';
import styles from './places.module.css';

/** Lines that are edited at once: more are better edited in a file. */
const MOST = 500;
const HEADER = 'site,hall,row,rack,u,node,model,gpus,kind,height,position,aisle,feeds';

/** The header of topology.csv and its lines that have a text in them, as many as are edited at once. */
export function linesWith(csv: string, wanted: string): { readonly text: string; readonly left: number } {
  const [header = '', ...lines] = csv.replace(/^\ufeff/, '').split(/\r?\n/);
  const rows = lines.filter((line) => line !== '' && !line.startsWith('#'));
  const found = rows.filter((line) => line.toLowerCase().includes(wanted.trim().toLowerCase()));
  return {
    text: `${[header || HEADER, ...found.slice(0, MOST)].join('\n')}\n`,
    left: Math.max(0, found.length - MOST),
  };
}

/** Lines of topology.csv as text: what they change is shown before it is saved, as that of an import. */
export function EditLines({ onCompare }: { onCompare: (before: string, text: string) => void }) {
  const file = useTopologyText();
  const [wanted, setWanted] = useState('');
  const [text, setText] = useState<string | undefined>();
  const [before, setBefore] = useState('');
  const [left, setLeft] = useState(0);
  const open = async () => {
    const csv = await file.mutateAsync({}).catch(() => undefined);
    if (csv === undefined) return;
    const found = linesWith(csv, wanted);
    setText(found.text);
    setBefore(found.text);
    setLeft(found.left);
  };
  return (
    <section className={styles.lines} aria-label="Lines of topology.csv">
      <Failure error={file.error} />
      <form
        className={styles.ask}
        onSubmit={(event) => {
          event.preventDefault();
          void open();
        }}
      >
        <label>
          Lines with{' '}
          <input
            className={styles.input}
            value={wanted}
            maxLength={200}
            placeholder="A2-05"
            onChange={(event) => setWanted(event.target.value)}
          />
        </label>
        <button type="submit" className={parts.button}>
          Edit lines
        </button>
        {text === undefined ? null : (
          <button type="button" className={parts.button} onClick={() => onCompare(before, text)}>
            Show changes
          </button>
        )}
      </form>
      {text === undefined ? null : (
        <>
          {left === 0 ? null : (
            <p className={styles.hint}>
              {left} more lines have it: only the first {MOST} are here.
            </p>
          )}
          <textarea
            className={styles.text}
            aria-label="Lines, with the header"
            rows={10}
            spellCheck={false}
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
          <p className={styles.hint}>
            A line of a node or rack that is not there yet adds it. What is emptied here is emptied in the file, and a
            line that is taken out here goes.
          </p>
        </>
      )}
    </section>
  );
}
