import { formatDate, formatTime } from '../../../../shared/format.ts';
import { usePlaceChanges } from '../../../ask/places.ts';
import { Failure, Panel } from './Part.tsx';
import styles from './places.module.css';

const MOST = 200;

/** Who changed which place, and when: the newest first. */
export function ChangeList() {
  const changes = usePlaceChanges(MOST);
  const rows = changes.data ?? [];
  return (
    <div className={styles.one}>
      <Panel title="Changes of places">
        <Failure error={changes.error} />
        {rows.length === 0 ? (
          changes.error ? null : (
            <p className={styles.quiet}>
              {changes.data === undefined ? 'Loading the changes' : 'Nothing was changed yet, here or in the files.'}
            </p>
          )
        ) : (
          // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard.
          <section className={styles.table} tabIndex={0} aria-label="Changes, scrolls">
            <table aria-label="Changes">
              <thead>
                <tr>
                  <th scope="col">When</th>
                  <th scope="col">Who</th>
                  <th scope="col">What</th>
                  <th scope="col">Change</th>
                  <th scope="col">Details</th>
                </tr>
              </thead>
              <tbody>
                {rows.map(({ seq, time, who, role, file, what, details }) => (
                  <tr key={seq}>
                    <td className="num">
                      {formatDate(time)} {formatTime(time)}
                    </td>
                    <td>{role === '' ? 'Outside the console' : who === '' ? 'Not signed' : who}</td>
                    <td>{file}</td>
                    <td>{what}</td>
                    <td className={styles.wide}>{details.join('; ')}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </section>
        )}
      </Panel>
    </div>
  );
}
