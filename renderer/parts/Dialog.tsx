import { Dialog as Base } from '@base-ui/react/dialog';
import type { ReactNode } from 'react';
import { Kbd } from './Kbd.tsx';
import styles from './parts.module.css';

/** A modal window with a title; Esc and the button close it, focus returns to where it was. */
export function Dialog(props: { title: string; open: boolean; onClose: () => void; children: ReactNode }) {
  return (
    <Base.Root open={props.open} onOpenChange={(open) => (open ? undefined : props.onClose())}>
      <Base.Portal>
        <Base.Backdrop className={styles.backdrop} />
        <Base.Popup className={styles.dialog}>
          <div className={styles.dialogHeader}>
            <Base.Title>{props.title}</Base.Title>
            <Base.Close className={styles.button}>
              Close <Kbd>Esc</Kbd>
            </Base.Close>
          </div>
          {props.children}
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}
