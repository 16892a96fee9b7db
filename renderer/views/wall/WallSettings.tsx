import { useId, useState } from 'react';
import { Dialog } from '../../parts/Dialog.tsx';
import parts from '../../parts/parts.module.css';
import { arcminOf, READABLE_ARCMIN, readableFrom, SMALLEST_PX } from './wall-care.ts';
import styles from './wall-settings.module.css';
import {
  formOf,
  paramsOf,
  problemOf,
  RANGES,
  SLIDE_NAMES,
  type SlideForm,
  storeWall,
  type WallForm,
} from './wall-settings.ts';

interface Props {
  readonly params: Readonly<Record<string, string>>;
  /** The wall is to have this address. */
  readonly onSave: (params: Record<string, string>) => void;
}

/** Views and their ranges, panel and distance, dimming and orbit of a wall: of its address, and of the next one that is opened here. */
export function WallSettings(props: Props & { open: boolean; onClose: () => void }) {
  return (
    <Dialog title="Wall settings" open={props.open} onClose={props.onClose}>
      <Form
        params={props.params}
        onSave={(params) => {
          storeWall(params);
          props.onSave(params);
          props.onClose();
        }}
      />
    </Dialog>
  );
}

function Form({ params, onSave }: Props) {
  const [form, setForm] = useState<WallForm>(() => formOf(params));
  const put = (change: Partial<WallForm>) => setForm((was) => ({ ...was, ...change }));
  const slide = (index: number, change: Partial<SlideForm>) =>
    put({ slides: form.slides.map((one, at) => (at === index ? { ...one, ...change } : one)) });
  const problem = problemOf(form);
  return (
    <form
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault();
        if (problem === '') onSave(paramsOf(form));
      }}
    >
      <fieldset>
        <legend>Views, one after the other</legend>
        {form.slides.map((one, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a view may stand twice in an address, and none changes places.
          <Slide key={index} slide={one} onPut={(change) => slide(index, change)} />
        ))}
      </fieldset>
      <fieldset>
        <legend>Panel</legend>
        <p className={styles.line}>
          <Short label="Diagonal, inches" value={form.panel} onChange={(panel) => put({ panel })} />
          <Short label="Read from, metres" value={form.metres} onChange={(metres) => put({ metres })} />
        </p>
        <p className={styles.hint} role="status">
          {problem === '' ? lettersOf(Number(form.panel), Number(form.metres)) : ''}
        </p>
        <label>
          <input type="checkbox" checked={form.orbit} onChange={({ target }) => put({ orbit: target.checked })} /> Move
          the picture by 4 px every 3 min, header and foot change ends every week: spares the panel
        </label>
      </fieldset>
      <fieldset>
        <legend>Dimmed to 70% after half an hour without an alert, and always in these hours, UTC</legend>
        <p className={styles.line}>
          <Short label="From" value={form.dimFrom} placeholder="22:00" onChange={(dimFrom) => put({ dimFrom })} />
          <Short label="to" value={form.dimTo} placeholder="06:00" onChange={(dimTo) => put({ dimTo })} />
        </p>
      </fieldset>
      <div className={styles.actions}>
        <span className={styles.fault} role="alert">
          {problem}
        </span>
        <button type="button" className={parts.button} onClick={() => setForm(formOf({}))}>
          As it ships
        </button>
        <button type="submit" className={parts.primary} disabled={problem !== ''}>
          Save wall settings
        </button>
      </div>
    </form>
  );
}

function Slide({ slide, onPut }: { slide: SlideForm; onPut: (change: Partial<SlideForm>) => void }) {
  const name = SLIDE_NAMES[slide.view];
  const known = RANGES.some(([range]) => range === slide.range);
  return (
    <p className={styles.slide}>
      <label>
        <input type="checkbox" checked={slide.on} onChange={({ target }) => onPut({ on: target.checked })} /> {name}
      </label>
      <label>
        <input
          type="text"
          inputMode="numeric"
          className="num"
          maxLength={4}
          aria-label={`${name}, seconds`}
          disabled={!slide.on}
          value={slide.seconds}
          onChange={({ target }) => onPut({ seconds: target.value })}
        />{' '}
        s
      </label>
      <select
        aria-label={`${name}, line`}
        disabled={!slide.on}
        value={slide.range}
        onChange={({ target }) => onPut({ range: target.value })}
      >
        {known ? null : <option value={slide.range}>Last {slide.range}</option>}
        {RANGES.map(([range, words]) => (
          <option key={range} value={range}>
            {words}
          </option>
        ))}
      </select>
    </p>
  );
}

function Short(props: { label: string; value: string; placeholder?: string; onChange: (value: string) => void }) {
  const id = useId();
  return (
    <span className={styles.short}>
      <label htmlFor={id}>{props.label}</label>
      <input
        id={id}
        type="text"
        inputMode="decimal"
        className="num"
        maxLength={6}
        placeholder={props.placeholder}
        value={props.value}
        onChange={({ target }) => props.onChange(target.value)}
      />
    </span>
  );
}

/** What the letters come to on such a panel (ui.md 2.2: 16 minutes of arc at least). */
function lettersOf(inches: number, metres: number): string {
  const arcmin = arcminOf({ inches, metres }, SMALLEST_PX);
  const from = `they can be read from ${readableFrom(inches)} m`;
  return arcmin >= READABLE_ARCMIN
    ? `Letters take ${arcmin.toFixed(1)} arc minutes: ${from}.`
    : `Letters take ${arcmin.toFixed(1)} of ${READABLE_ARCMIN} arc minutes, too small: ${from}, or on a larger panel.`;
}
