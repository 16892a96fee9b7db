import { Dialog } from '../../parts/Dialog.tsx';
import { Kbd } from '../../parts/Kbd.tsx';
import { ALL_KEYS } from '../keys.ts';
import styles from './frame.module.css';

/** Every key there is (key ?). */
export function KeysDialog({ open, onClose }: { open: boolean; onClose: () => void }) {
  return (
    <Dialog title="All keys" open={open} onClose={onClose}>
      <dl className={styles.keys}>
        {ALL_KEYS.map((row) => (
          <div key={row.action}>
            <dt>{row.keys.map((key) => (key === '…' ? <span key={key}> to </span> : <Kbd key={key}>{key}</Kbd>))}</dt>
            <dd>{row.action}</dd>
          </div>
        ))}
      </dl>
      <p className={styles.keysNote}>Single-letter keys are off while typing.</p>
    </Dialog>
  );
}
