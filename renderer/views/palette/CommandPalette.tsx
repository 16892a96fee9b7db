import { Dialog } from '@base-ui/react/dialog';
import { Command } from 'cmdk';
import { useState } from 'react';
import { Kbd } from '../../parts/Kbd.tsx';
import { answersOf, type Entry } from './entries.ts';
import styles from './palette.module.css';

/** Jump to a view, a place or a condition, choose a signal, or do something, by typing some letters of it (Ctrl K). */
export function CommandPalette(props: {
  open: boolean;
  onClose: () => void;
  /** Those that are always there. */
  entries: readonly Entry[];
  /** Those that are made for a query: places, a filter. */
  entriesFor: (query: string) => readonly Entry[];
}) {
  return (
    <Dialog.Root open={props.open} onOpenChange={(open) => (open ? undefined : props.onClose())}>
      <Dialog.Portal>
        <Dialog.Backdrop className={styles.backdrop} />
        <Dialog.Popup className={styles.popup} aria-label="Jump to">
          <Search {...props} />
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function Search(props: Parameters<typeof CommandPalette>[0]) {
  const [query, setQuery] = useState('');
  const found = [...props.entriesFor(query), ...answersOf(props.entries, query)];
  const groups = [...new Set(found.map(({ group }) => group))];
  const run = (entry: Entry) => {
    props.onClose();
    entry.run();
  };
  return (
    <Command shouldFilter={false} loop label="Jump to">
      <Command.Input
        className={styles.input}
        value={query}
        onValueChange={setQuery}
        autoFocus
        placeholder="Rack, GPU, alert, signal, action, or a filter such as util<5"
      />
      <Command.List className={styles.list}>
        <Command.Empty className={styles.empty}>Nothing is called that.</Command.Empty>
        {groups.map((group) => (
          <Command.Group key={group} heading={group} className={styles.group}>
            {found
              .filter((entry) => entry.group === group)
              .map((entry) => (
                <Command.Item key={entry.id} value={entry.id} className={styles.item} onSelect={() => run(entry)}>
                  <span className={styles.label}>{entry.label}</span>
                  <span className={styles.detail}>{entry.detail}</span>
                  {entry.keys === '' ? null : <Kbd>{entry.keys}</Kbd>}
                </Command.Item>
              ))}
          </Command.Group>
        ))}
      </Command.List>
    </Command>
  );
}
