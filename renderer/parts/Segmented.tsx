import { type KeyboardEvent, useRef } from 'react';
import { printedNow, useKeyMap } from '../theme/key-map.ts';
import styles from './parts.module.css';

export interface Choice<Id extends string> {
  readonly id: Id;
  readonly label: string;
  /** The key that picks it, printed beside the label. */
  readonly hint?: string;
}

/** A row of choices of which one is on: a radiogroup with one tab stop; arrows move and choose. */
export function Segmented<Id extends string>(props: {
  label: string;
  choices: readonly Choice<Id>[];
  value: Id | null;
  onPick: (id: Id) => void;
}) {
  const keys = useKeyMap();
  const group = useRef<HTMLDivElement>(null);
  const at = Math.max(
    0,
    props.choices.findIndex((choice) => choice.id === props.value),
  );
  const move = (event: KeyboardEvent) => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const next = (at + step + props.choices.length) % props.choices.length;
    props.onPick(props.choices[next].id);
    (group.current?.children[next] as HTMLElement | undefined)?.focus();
  };
  return (
    <div ref={group} className={styles.segmented} role="radiogroup" aria-label={props.label}>
      {props.choices.map((choice, index) => (
        // biome-ignore lint/a11y/useSemanticElements: a native radio cannot be drawn as a segment with its key beside it.
        <button
          key={choice.id}
          type="button"
          role="radio"
          aria-checked={choice.id === props.value}
          tabIndex={index === at ? 0 : -1}
          onClick={() => props.onPick(choice.id)}
          onKeyDown={move}
        >
          {choice.label}
          {choice.hint === undefined ? null : <span aria-hidden="true">{printedNow(keys, choice.hint)}</span>}
        </button>
      ))}
    </div>
  );
}
