import { useState } from 'react';
import forms from './alert-forms.module.css';

const KEY = 'fleetwatt.who';

/** The name under which this person acknowledges: asked once, kept in this browser. */
export function useWho(): [string, (who: string) => void] {
  const [who, setWho] = useState(stored);
  return [
    who,
    (next) => {
      setWho(next);
      try {
        localStorage.setItem(KEY, next);
      } catch {
        // A browser with storage switched off asks again the next time.
      }
    },
  ];
}

function stored(): string {
  try {
    return localStorage.getItem(KEY) ?? '';
  } catch {
    return '';
  }
}

export function WhoField({ who, onWho }: { who: string; onWho: (who: string) => void }) {
  return (
    <label className={forms.field}>
      Your name
      <input type="text" required maxLength={100} value={who} onChange={(event) => onWho(event.target.value)} />
    </label>
  );
}
