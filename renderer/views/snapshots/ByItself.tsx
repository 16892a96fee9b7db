import { formatAge } from '../../../shared/format.ts';
import type { Settings } from '../../../shared/settings.ts';
import { useHello, useSaveSettings } from '../../ask/ask.ts';
import { faultOf } from '../../link/link.ts';
import styles from './snapshots.module.css';

type OnAlert = Settings['snapshots']['onAlert'];

const CHOICES: readonly { readonly id: OnAlert; readonly label: string }[] = [
  { id: 'never', label: 'Never' },
  { id: 'critical', label: 'When a critical alert fires' },
  { id: 'warning', label: 'When a critical alert or a warning fires' },
];

/** "10 min", "30 days". */
const minutes = (ms: number) => formatAge(ms).replace(' 0 s', '');

/** Whether one is taken without anybody asking: from 15 min before an alert to 5 min after it. */
export function ByItself({ operate }: { operate: boolean }) {
  const settings = useHello().data?.settings;
  const save = useSaveSettings();
  if (settings?.snapshots === undefined) return null;
  const { onAlert, everyMs, keepDays } = settings.snapshots;
  return (
    <div className={styles.itself}>
      <label>
        Taken by itself{' '}
        <select
          value={onAlert}
          disabled={!operate || save.isPending}
          onChange={({ target }) =>
            save.mutate({
              settings: { ...settings, snapshots: { ...settings.snapshots, onAlert: target.value as OnAlert } },
            })
          }
        >
          {CHOICES.map(({ id, label }) => (
            <option key={id} value={id}>
              {label}
            </option>
          ))}
        </select>
      </label>
      {onAlert === 'never' ? null : (
        <span>
          15 min before it to 5 min after, every {minutes(everyMs)} at most, kept for {keepDays} days
        </span>
      )}
      {save.error === null ? null : <span role="alert">{faultOf(save.error).message}</span>}
    </div>
  );
}
