import type { ReactNode } from 'react';
import { faultOf } from '../../../link/link.ts';
import parts from '../../../parts/parts.module.css';
import styles from './places.module.css';

/** One panel of a part of places: a title, what can be done, and a body that scrolls. */
export function Panel(props: { title: string; label?: string; actions?: ReactNode; children: ReactNode }) {
  return (
    <section className={parts.panel} aria-label={props.label ?? props.title} data-region>
      <div className={parts.header}>
        <h2>{props.title}</h2>
        <div className={styles.actions}>{props.actions}</div>
      </div>
      {props.children}
    </section>
  );
}

/** What failed, and what to do; nothing while nothing did. */
export function Failure({ error }: { error: unknown }) {
  if (error === null || error === undefined) return null;
  const { message, hint } = faultOf(error);
  return (
    <p role="alert" className={styles.fault}>
      {message} {hint}
    </p>
  );
}

/** Lines of a file that could not be used. */
export function FileErrors(props: {
  errors: readonly {
    readonly file?: string;
    readonly line: number;
    readonly column: number;
    readonly message: string;
  }[];
}) {
  if (props.errors.length === 0) return null;
  return (
    <ul className={styles.errors} aria-label="Lines that cannot be used">
      {props.errors.map(({ file, line, column, message }) => (
        <li key={`${file} ${line} ${column} ${message}`}>
          {file === undefined ? '' : `${file}, `}line {line}, column {column}: {message}
        </li>
      ))}
    </ul>
  );
}
