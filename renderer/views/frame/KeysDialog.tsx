import { type KeyboardEvent, useState } from 'react';
import { Dialog } from '../../parts/Dialog.tsx';
import { Kbd } from '../../parts/Kbd.tsx';
import parts from '../../parts/parts.module.css';
import { DEFAULT_KEY_MAP, keyNow, moved, pressedKey, setKeyMap, useKeyMap } from '../../theme/key-map.ts';
import { ALL_KEYS, MOVABLE } from '../keys.ts';
import styles from './frame.module.css';

/** Every key there is (key ?); those of one character can be given to others or switched off. */
export function KeysDialog({ open, onClose }: { open: boolean; onClose: () => void }) {
  const map = useKeyMap();
  const [asking, setAsking] = useState<string | null>(null);
  const [said, setSaid] = useState('');
  const choose = (key: string, event: KeyboardEvent) => {
    if (asking !== key || ['Shift', 'Control', 'Alt', 'Meta', 'Tab'].includes(event.key)) return;
    event.preventDefault();
    event.stopPropagation();
    const to = pressedKey(event.nativeEvent);
    if (to === null && event.key !== 'Escape') return setSaid('Only a letter, a digit or a sign can be chosen.');
    setAsking(null);
    if (to === null) return setSaid('');
    const next = moved(map, key, to, MOVABLE);
    if (typeof next === 'string') return setSaid(next);
    setKeyMap(next);
    setSaid(to === key ? `${key} does its own work again.` : `${to} does the work of ${key} now.`);
  };
  const changed = Object.keys(map.moved).length > 0;
  return (
    <Dialog title="All keys" open={open} onClose={onClose}>
      <dl className={styles.keys}>
        {ALL_KEYS.map((row) => (
          <div key={row.action}>
            <dt>
              {row.keys.map((key) =>
                MOVABLE.includes(key) ? (
                  <button
                    key={key}
                    type="button"
                    className={styles.movable}
                    data-moved={key in map.moved || undefined}
                    aria-pressed={asking === key}
                    aria-label={`${keyNow(map, key) || 'No key'}: ${row.action}. Change the key`}
                    title={key in map.moved ? `${key} by default` : undefined}
                    onClick={() => {
                      setAsking(key);
                      setSaid(`Press the key that should do the work of ${key}, Esc to leave it.`);
                    }}
                    onBlur={() => setAsking(null)}
                    onKeyDown={(event) => choose(key, event)}
                  >
                    {asking === key ? '…' : keyNow(map, key) || 'off'}
                  </button>
                ) : (
                  <Kbd key={key}>{key}</Kbd>
                ),
              )}
            </dt>
            <dd>{row.action}</dd>
          </div>
        ))}
      </dl>
      <p className={styles.keysSaid} role="status">
        {said || 'Choose a key to change it: it changes in every view that has it. Keys are off while typing.'}
      </p>
      <div className={styles.keysFoot}>
        <label>
          <input
            type="checkbox"
            checked={map.single}
            onChange={(event) => setKeyMap({ ...map, single: event.target.checked })}
          />{' '}
          Keys of one character work without Ctrl or Alt
        </label>
        <button
          type="button"
          className={parts.button}
          disabled={!changed && map.single}
          onClick={() => {
            setKeyMap(DEFAULT_KEY_MAP);
            setSaid('Every key does its own work again.');
          }}
        >
          Reset keys
        </button>
      </div>
    </Dialog>
  );
}
