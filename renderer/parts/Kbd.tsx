import type { ReactNode } from 'react';
import styles from './parts.module.css';

/** A key as printed on the keyboard, next to the action it does. */
export function Kbd({ children }: { children: ReactNode }) {
  return <kbd className={styles.kbd}>{children}</kbd>;
}
