import { type ReactNode, useId } from 'react';
import type { FieldErrors, FieldName, SourceFields } from './source-form.ts';
import styles from './sources.module.css';

/** A part of the form. */
export interface Section {
  readonly fields: SourceFields;
  readonly errors: FieldErrors;
  readonly set: (change: Partial<SourceFields>) => void;
}

/** A labelled text field with its hint and what is wrong with it. */
export function Field(props: {
  name: FieldName;
  label: string;
  value: string;
  errors: FieldErrors;
  onChange: (value: string) => void;
  lines?: number;
  mono?: boolean;
  children?: ReactNode;
}) {
  const id = useId();
  const error = props.errors[props.name];
  const described = [props.children === undefined ? '' : `${id}-hint`, error === undefined ? '' : `${id}-error`];
  const common = {
    id,
    name: props.name,
    value: props.value,
    spellCheck: false,
    autoComplete: 'off',
    className: props.mono ? styles.mono : undefined,
    'aria-invalid': error !== undefined,
    'aria-describedby': described.filter((part) => part !== '').join(' ') || undefined,
    onChange: (event: { target: { value: string } }) => props.onChange(event.target.value),
  };
  return (
    <div className={styles.group}>
      <label className={styles.label} htmlFor={id}>
        {props.label}
      </label>
      {props.lines === undefined ? <input type="text" {...common} /> : <textarea rows={props.lines} {...common} />}
      {props.children === undefined ? null : (
        <span id={`${id}-hint`} className={styles.hint}>
          {props.children}
        </span>
      )}
      {error === undefined ? null : (
        <span id={`${id}-error`} className={styles.fault}>
          {error}
        </span>
      )}
    </div>
  );
}
