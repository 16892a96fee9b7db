import { useState } from 'react';

const KEY = 'fleetwatt-signature';

/** The name that a person signs changes with: kept in this browser, sent with each change, believed by nobody else. */
export function useSignature(): readonly [string, (name: string) => void] {
  const [name, setName] = useState(read);
  return [
    name,
    (next) => {
      setName(next);
      try {
        localStorage.setItem(KEY, next);
      } catch {
        // A page that may keep nothing asks again the next time.
      }
    },
  ];
}

function read(): string {
  try {
    return localStorage.getItem(KEY) ?? '';
  } catch {
    return '';
  }
}
