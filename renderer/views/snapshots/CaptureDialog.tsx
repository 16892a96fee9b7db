import { type ReactNode, useId, useState } from 'react';
import type { LayoutDocument, ViewFrame } from '../../../shared/contract.ts';
import { formatBytes, formatCount, formatTime } from '../../../shared/format.ts';
import { REDACTION_WORDS, type RedactionKind } from '../../../shared/snapshot/manifest.ts';
import { sentenceOf } from '../../../shared/snapshot/sentence.ts';
import { NODE } from '../../../shared/topology.ts';
import { useHello, useSnapshotSize, useTakeSnapshot } from '../../ask/ask.ts';
import { faultOf } from '../../link/link.ts';
import { Dialog } from '../../parts/Dialog.tsx';
import parts from '../../parts/parts.module.css';
import { Segmented } from '../../parts/Segmented.tsx';
import { labelOf } from '../places.ts';
import type { CaptureAbout } from './capture-request.tsx';
import { REDACTION_KINDS, tagsOf } from './snapshot-words.ts';
import styles from './snapshots.module.css';
import { type TimeWindow, WindowBrush } from './WindowBrush.tsx';

const MINUTE = 60_000;
type Before = '5' | '15' | '60' | 'chosen';
const BEFORE: readonly { readonly id: Before; readonly label: string }[] = [
  { id: '5', label: '5 min' },
  { id: '15', label: '15 min' },
  { id: '60', label: '1 h' },
  { id: 'chosen', label: 'Chosen' },
];
const AFTER = [
  { id: '0', label: 'None' },
  { id: '1', label: '1 min' },
  { id: '5', label: '5 min' },
  { id: '15', label: '15 min' },
] as const;

/** Freezes what the fleet looks like (Shift S): from when to when, of which place, and what may leave by name. */
export function CaptureDialog(props: {
  open: boolean;
  onClose: () => void;
  frame: ViewFrame | null;
  layout: LayoutDocument | null;
  /** Path of what is chosen; '' for nothing. */
  chosen: string;
  /** The engine's clock, epoch ms. */
  now: number;
  /** What it is about; null for the fleet as it is now. */
  about: CaptureAbout | null;
}) {
  const { open, onClose, frame, layout } = props;
  const limits = useHello().data?.settings;
  return (
    <Dialog title="Capture snapshot" open={open} onClose={onClose}>
      {open && layout !== null && frame !== null && limits !== undefined ? (
        <CaptureForm
          {...props}
          layout={layout}
          sentence={sentenceOf(frame.summary, (place) => labelOf(layout, place), limits)}
        />
      ) : (
        <p className={styles.quiet}>Nothing was read yet, so there is nothing to capture.</p>
      )}
    </Dialog>
  );
}

/** The window as it is asked for: before and after a moment, which is now unless another was chosen. */
function windowOf(before: Before, afterMs: number, chosen: TimeWindow, about: CaptureAbout | null) {
  if (before !== 'chosen') return { beforeMs: Number(before) * MINUTE, afterMs };
  const inside = about !== null && about.at >= chosen.from && about.at <= chosen.to;
  const at = Math.round(inside ? about.at : chosen.to);
  return { at, beforeMs: Math.round(at - chosen.from), afterMs: Math.round(chosen.to - at) };
}

function CaptureForm(props: {
  layout: LayoutDocument;
  sentence: string;
  chosen: string;
  now: number;
  about: CaptureAbout | null;
  onClose: () => void;
}) {
  const { layout, onClose, now, about } = props;
  const [title, setTitle] = useState(about?.title || props.sentence);
  const [before, setBefore] = useState<Before>(about === null ? '15' : 'chosen');
  const [picked, setPicked] = useState<TimeWindow>(about ?? { from: now - 15 * MINUTE, to: now });
  const [after, setAfter] = useState<(typeof AFTER)[number]['id']>('0');
  const [scope, setScope] = useState('');
  const [note, setNote] = useState('');
  const [tags, setTags] = useState('');
  const [who, setWho] = useState('');
  const [redact, setRedact] = useState<readonly RedactionKind[]>([]);
  const take = useTakeSnapshot();
  const window = { ...windowOf(before, Number(after) * MINUTE, picked, about), scope };
  const size = useSnapshotSize(window, true).data;
  const submit = () =>
    take.mutate({ ...window, title, note, tags: tagsOf(tags), who, redact: [...redact] }, { onSuccess: onClose });
  return (
    <form
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <Text label="Title, as a sentence" value={title} onChange={setTitle} most={200} />
      <div className={styles.two}>
        <Group label={before === 'chosen' ? 'Window' : 'Before now'}>
          <Segmented label="Before now" choices={BEFORE} value={before} onPick={setBefore} />
        </Group>
        {before === 'chosen' ? null : (
          <Group label="After now, still to be recorded">
            <Segmented label="After now" choices={AFTER} value={after} onPick={setAfter} />
          </Group>
        )}
      </div>
      {before === 'chosen' ? <WindowBrush now={now} value={picked} onChange={setPicked} /> : null}
      <Scope layout={layout} chosen={props.chosen} value={scope} onChange={setScope} />
      <Text label="Note" value={note} onChange={setNote} most={4000} lines={2} />
      <div className={styles.two}>
        <Text label="Tags, by commas" value={tags} onChange={setTags} most={400} />
        <Text label="Who takes it" value={who} onChange={setWho} most={100} />
      </div>
      <Redactions value={redact} onChange={setRedact} />
      {take.error ? (
        <p className={styles.fault} role="alert">
          {faultOf(take.error).message} {faultOf(take.error).hint}
        </p>
      ) : null}
      <div className={styles.actions}>
        <span className={styles.size} role="status">
          {size === undefined
            ? 'Estimating'
            : `About ${formatBytes(size.bytes)}: ${formatCount(size.instants)} instants of ${formatCount(size.gpus)} GPUs, ${formatTime(size.from).replace(' UTC', '')} to ${formatTime(size.to)}. ${size.past}`}
        </span>
        <button type="submit" className={parts.primary} disabled={title.trim() === '' || take.isPending}>
          Capture snapshot
        </button>
      </div>
    </form>
  );
}

/** The whole fleet, or what is chosen and what it stands in. */
function Scope(props: { layout: LayoutDocument; chosen: string; value: string; onChange: (path: string) => void }) {
  const id = useId();
  const { layout, chosen } = props;
  const place = layout.path.indexOf(chosen);
  const options: string[] = [];
  for (let at = place; at >= 0; at = layout.parent[at]) if (at < layout.start[NODE]) options.unshift(layout.path[at]);
  const others = layout.path.slice(0, layout.start[3]).filter((path) => !options.includes(path));
  return (
    <div className={styles.group}>
      <label htmlFor={id}>Place</label>
      <select id={id} value={props.value} onChange={(event) => props.onChange(event.target.value)}>
        <option value="">The whole fleet</option>
        {[...options, ...others].map((path) => (
          <option key={path} value={path}>
            {path}
          </option>
        ))}
      </select>
    </div>
  );
}

/** What becomes pseudonyms before it leaves; names that are not ticked leave as they are. */
export function Redactions(props: {
  value: readonly RedactionKind[];
  onChange: (kinds: readonly RedactionKind[]) => void;
}) {
  const { value, onChange } = props;
  const all = value.length === REDACTION_KINDS.length;
  return (
    <fieldset className={styles.redactions}>
      <legend>Replace by pseudonyms</legend>
      <label>
        <input type="checkbox" checked={all} onChange={() => onChange(all ? [] : REDACTION_KINDS)} /> Everything: it is
        shared outside
      </label>
      {REDACTION_KINDS.map((kind) => (
        <label key={kind}>
          <input
            type="checkbox"
            checked={value.includes(kind)}
            onChange={() => onChange(value.includes(kind) ? value.filter((one) => one !== kind) : [...value, kind])}
          />{' '}
          {REDACTION_WORDS[kind]}
        </label>
      ))}
    </fieldset>
  );
}

export function Group({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div className={styles.group}>
      <span>{label}</span>
      {children}
    </div>
  );
}

export function Text(props: {
  label: string;
  value: string;
  onChange: (value: string) => void;
  most: number;
  lines?: number;
}) {
  const id = useId();
  const common = {
    ...{ id, value: props.value, maxLength: props.most },
    onChange: (event: { target: { value: string } }) => props.onChange(event.target.value),
  };
  return (
    <div className={styles.group}>
      <label htmlFor={id}>{props.label}</label>
      {props.lines === undefined ? <input type="text" {...common} /> : <textarea rows={props.lines} {...common} />}
    </div>
  );
}
