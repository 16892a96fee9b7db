import { printedNow, useKeyMap } from '../theme/key-map.ts';
import styles from './parts.module.css';

/** A key as printed on the keyboard, next to the action it does: the viewer's key, and nothing when it is switched off. */
export function Kbd({ children }: { children: string }) {
  const text = printedNow(useKeyMap(), children);
  return text === '' ? null : <kbd className={styles.kbd}>{text}</kbd>;
}
