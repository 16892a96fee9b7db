import { type ReactNode, useState } from 'react';
import { formatCount } from '../../shared/format.ts';
import { type DataForm, dataFile, fileNameOf } from '../../shared/tables/forms.ts';
import { Dialog } from '../parts/Dialog.tsx';
import parts from '../parts/parts.module.css';
import { pageTables } from './page-tables.ts';
import { type Caption, pictureOf } from './picture.ts';
import { type Savable, savables } from './savable.ts';
import styles from './save.module.css';
import { saveFile, saveText } from './save-file.ts';

const SIZES = [
  { id: '1280x800', label: '1280 × 800' },
  { id: '1920x1080', label: '1920 × 1080' },
  { id: '3840x2160', label: '3840 × 2160' },
  { id: 'own', label: 'Own size' },
] as const;
/** Pixels of either side. */
const [LEAST, MOST] = [640, 7680];

/** What is on the screen as files: a picture of the view, and every table and chart of it by its numbers (key E). */
export function SaveDialog(props: { open: boolean; onClose: () => void; caption: Caption; at: number }) {
  return (
    <Dialog title="Save view" open={props.open} onClose={props.onClose}>
      {props.open ? <Forms {...props} /> : null}
    </Dialog>
  );
}

const viewOf = () => document.querySelector<HTMLElement>('main');

function Forms({ caption, at }: { caption: Caption; at: number }) {
  const [message, setMessage] = useState('');
  // Which tables and charts the view shows when the window is opened; their numbers go on with the view.
  const [offered] = useState(() => [...savables(), ...pageTables(viewOf() ?? document.body)]);
  return (
    <div className={styles.forms}>
      <Picture {...{ caption, at }} onMessage={setMessage} />
      <h3>Tables and charts</h3>
      {offered.length === 0 ? <p className={styles.quiet}>This view has none now.</p> : null}
      <ul className={styles.list}>
        {offered.map((one, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: what is offered does not change while the window is open.
          <Data key={index} one={one} at={at} onMessage={setMessage} />
        ))}
      </ul>
      <p className={styles.quiet}>
        Names are in them as on the screen. To give numbers away without names, open a redacted snapshot and save from
        it.
      </p>
      <p role="status" className={styles.message}>
        {message}
      </p>
    </div>
  );
}

function Picture(props: { caption: Caption; at: number; onMessage: (message: string) => void }) {
  const [size, setSize] = useState<string>('1920x1080');
  const [own, setOwn] = useState({ width: '1600', height: '900' });
  const [busy, setBusy] = useState(false);
  const [width, height] = size === 'own' ? [Number(own.width), Number(own.height)] : size.split('x').map(Number);
  const fits = [width, height].every((one) => Number.isInteger(one) && one >= LEAST && one <= MOST);
  const save = async () => {
    const view = viewOf();
    if (view === null) return;
    setBusy(true);
    props.onMessage('Drawing the picture');
    try {
      const picture = await pictureOf(view, width, height, props.caption);
      saveFile(`${fileNameOf(props.caption.title, props.at)}.png`, picture);
      props.onMessage(`Picture of ${width} × ${height} saved`);
    } catch (error) {
      props.onMessage(`No picture could be made: ${error instanceof Error ? error.message : String(error)}`);
    }
    setBusy(false);
  };
  return (
    <section className={styles.row} aria-label="Picture">
      <span className={styles.name}>Picture of the view</span>
      <select aria-label="Size in pixels" value={size} onChange={(event) => setSize(event.target.value)}>
        {SIZES.map(({ id, label }) => (
          <option key={id} value={id}>
            {label}
          </option>
        ))}
      </select>
      {size === 'own' ? (
        <>
          <Pixels label="Width" value={own.width} onChange={(text) => setOwn({ ...own, width: text })} />
          <Pixels label="Height" value={own.height} onChange={(text) => setOwn({ ...own, height: text })} />
        </>
      ) : null}
      <button type="button" className={parts.primary} onClick={() => void save()} disabled={busy || !fits}>
        Save PNG
      </button>
      {fits ? null : (
        <span className={styles.quiet}>
          {LEAST} to {MOST} pixels a side
        </span>
      )}
    </section>
  );
}

function Pixels(props: { label: string; value: string; onChange: (text: string) => void }) {
  return (
    <input
      className={styles.pixels}
      type="number"
      min={LEAST}
      max={MOST}
      aria-label={props.label}
      value={props.value}
      onChange={(event) => props.onChange(event.target.value)}
    />
  );
}

function Data({ one, at, onMessage }: { one: Savable; at: number; onMessage: (message: string) => void }) {
  const made = one.document();
  const fileOf = (form: DataForm) => {
    // Numbers that have no instant of their own are those of the frame that is shown.
    const data = made?.kind === 'table' && made.at === null ? { ...made, at } : made;
    return data === null ? null : dataFile(data, form, at);
  };
  const save = (form: DataForm) => {
    const file = fileOf(form);
    if (file === null) return;
    saveText(file.name, file.type, file.text);
    onMessage(`${file.name} saved`);
  };
  const copy = async () => {
    const file = fileOf('csv');
    if (file === null) return;
    try {
      await navigator.clipboard.writeText(file.text);
      onMessage(`${one.title} copied as CSV`);
    } catch {
      // Pages that were loaded without TLS from another machine have no clipboard.
      onMessage('This browser lets no page copy here. Save the CSV instead.');
    }
  };
  const button = (label: string, run: () => void): ReactNode => (
    <button type="button" className={parts.button} onClick={run} aria-label={`${label}: ${one.title}`}>
      {label}
    </button>
  );
  return (
    <li className={styles.row}>
      <span className={styles.name}>
        {one.title}
        <span className={styles.quiet}>{made === null ? 'nothing yet' : sizeOf(made)}</span>
      </span>
      {made === null ? null : (
        <>
          {button('Copy CSV', () => void copy())}
          {button('CSV', () => save('csv'))}
          {button('JSON', () => save('json'))}
          {made.kind === 'chart' ? button('OpenMetrics', () => save('openmetrics')) : null}
        </>
      )}
    </li>
  );
}

function sizeOf(data: NonNullable<ReturnType<Savable['document']>>): string {
  if (data.kind === 'table') return data.rows.length === 1 ? '1 row' : `${data.rows.length} rows`;
  const samples = data.series.reduce((sum, { times }) => sum + times.length, 0);
  return `${data.series.length === 1 ? '1 line' : `${data.series.length} lines`}, ${formatCount(samples)} samples`;
}
