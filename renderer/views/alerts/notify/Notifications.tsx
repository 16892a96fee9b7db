import { useState } from 'react';
import { ALERT_SEVERITIES, type AlertSeverity } from '../../../../shared/alerting/alert.ts';
import type { HelloReply } from '../../../../shared/contract.ts';
import { isQuiet } from '../../../../shared/interop/notices.ts';
import type { NotifySettings, Sound } from '../../../../shared/interop/settings.ts';
import { useSaveNotify, useTell } from '../../../ask/ask.ts';
import { faultOf } from '../../../link/link.ts';
import { localTime, playSound, setSoundsOn, soundsOn } from '../../../live/sounds.ts';
import { Glyph } from '../../../parts/Glyph.tsx';
import parts from '../../../parts/parts.module.css';
import styles from './notify.module.css';
import { quietError, quietNow, SEVERITY_WORDS, SOUND_WORDS } from './notify-form.ts';
import { QuietHours } from './QuietHours.tsx';

/** What is told when an alert begins: sounds and notices by severity, the count, quiet hours; each can be tried. */
export function Notifications({ hello, operate }: { hello: HelloReply; operate: boolean }) {
  const { notify } = hello.settings;
  const [draft, setDraft] = useState<NotifySettings>(notify);
  const save = useSaveNotify();
  const put = (change: Partial<NotifySettings>) => setDraft({ ...draft, ...change });
  const wrong = draft.quiet.some((span) => quietError(span) !== '');
  const changed = JSON.stringify(draft) !== JSON.stringify(notify);
  return (
    <section className={`${parts.panel} ${styles.panel}`} aria-label="Notifications" data-region>
      <div className={parts.header}>
        <h2>Notifications</h2>
        <span className={`${parts.caption} ${parts.end}`}>For everyone who looks at this Fleetwatt</span>
      </div>
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault();
          if (!wrong) save.mutate({ notify: structuredClone(draft) });
        }}
      >
        <fieldset disabled={!operate} className={styles.plain}>
          <Classes draft={draft} desktop={hello.host === 'desktop'} onPut={put} />
          <label className={styles.check}>
            <input type="checkbox" checked={draft.badge} onChange={({ target }) => put({ badge: target.checked })} />
            Count alerts that nobody has acknowledged: on the taskbar, in the page’s title and on its icon
          </label>
          <h3>Quiet hours</h3>
          <p className={styles.hint}>
            In the local time of each viewer. Alerts are listed and counted all the same.{' '}
            {wrong ? '' : quietNow(draft, localTime(), isQuiet)}
          </p>
          <QuietHours quiet={draft.quiet} onChange={(quiet) => put({ quiet })} />
        </fieldset>
        {operate ? (
          <div className={styles.actions}>
            <button type="submit" className={parts.primary} disabled={wrong || !changed || save.isPending}>
              Save notifications
            </button>
            <button type="button" className={parts.button} disabled={!changed} onClick={() => setDraft(notify)}>
              Undo changes
            </button>
            <span role="status" className={styles.hint}>
              {save.isSuccess && !changed ? 'Saved.' : changed ? 'Not saved yet.' : ''}
            </span>
          </div>
        ) : (
          <p className={styles.hint}>This viewer may only read. Changes need an operate key.</p>
        )}
        {save.error ? (
          <p role="alert" className={styles.error}>
            {faultOf(save.error).message} {faultOf(save.error).hint}
          </p>
        ) : null}
        <ThisWindow />
      </form>
    </section>
  );
}

/** One line a severity: shown by the system, heard, tried. */
function Classes(props: { draft: NotifySettings; desktop: boolean; onPut: (change: Partial<NotifySettings>) => void }) {
  const { draft, desktop, onPut } = props;
  const test = useTell('testNotice');
  const [said, setSaid] = useState('');
  const tryIt = async (severity: AlertSeverity) => {
    const { sound, show } = draft[severity];
    const heard = await playSound(sound);
    const { shown } = show && desktop ? await test.mutateAsync({ severity }) : { shown: false };
    setSaid(triedWords(sound, heard, show && desktop, shown));
  };
  return (
    <>
      <table className={styles.classes}>
        <thead>
          <tr>
            <th scope="col">When one begins</th>
            <th scope="col">Notice of the system{desktop ? '' : ' (desktop only)'}</th>
            <th scope="col">Sound</th>
            <th scope="col">Try</th>
          </tr>
        </thead>
        <tbody>
          {ALERT_SEVERITIES.map((severity) => (
            <tr key={severity}>
              <th scope="row">
                <Glyph severity={severity} size={13} named={false} /> {SEVERITY_WORDS[severity]}
              </th>
              <td>
                <input
                  type="checkbox"
                  aria-label={`${SEVERITY_WORDS[severity]}: notice of the system`}
                  checked={draft[severity].show}
                  onChange={({ target }) => onPut({ [severity]: { ...draft[severity], show: target.checked } })}
                />
              </td>
              <td>
                <select
                  aria-label={`${SEVERITY_WORDS[severity]}: sound`}
                  value={draft[severity].sound}
                  onChange={({ target }) => onPut({ [severity]: { ...draft[severity], sound: target.value as Sound } })}
                >
                  {Object.entries(SOUND_WORDS).map(([sound, words]) => (
                    <option key={sound} value={sound}>
                      {words}
                    </option>
                  ))}
                </select>
              </td>
              <td>
                <button
                  type="button"
                  className={parts.button}
                  aria-label={`Try ${severity}`}
                  onClick={() => void tryIt(severity).catch(() => setSaid('The host does not answer.'))}
                >
                  Try
                </button>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <p role="status" className={styles.hint}>
        {said}
      </p>
    </>
  );
}

function triedWords(sound: Sound, heard: boolean, asked: boolean, shown: boolean): string {
  const [what] = [SOUND_WORDS[sound].toLowerCase()];
  const words = sound === 'none' ? '' : heard ? `The ${what} was played.` : `The ${what} could not be played here.`;
  const notice = asked ? (shown ? 'The system was given a notice.' : 'This system shows no notices.') : '';
  return [words, notice].filter((text) => text !== '').join(' ') || 'Nothing would be heard or shown.';
}

/** The viewer's own choice, not one of the settings. */
function ThisWindow() {
  const [on, setOn] = useState(soundsOn);
  return (
    <>
      <h3>This window</h3>
      <label className={styles.check}>
        <input
          type="checkbox"
          checked={on}
          onChange={({ target }) => {
            setSoundsOn(target.checked);
            setOn(target.checked);
          }}
        />
        Play sounds here
      </label>
      <p className={styles.hint}>
        Kept in this browser. A browser plays sounds only after somebody clicked or pressed a key on the page.
      </p>
    </>
  );
}
