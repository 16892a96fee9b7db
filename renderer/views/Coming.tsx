import styles from './coming.module.css';
import type { ViewId } from './views.ts';

const TEXTS: Readonly<Partial<Record<ViewId, { title: string; coming: string; meanwhile: string }>>> = {
  alerts: { title: 'Alerts', coming: 'The fleet is being read for the first time.', meanwhile: '' },
  snapshots: {
    title: 'Snapshots',
    coming: 'The library belongs to the live fleet; this is a replay of one snapshot.',
    meanwhile: 'Press Shift Esc to go back to the live fleet and its library.',
  },
};

/** A view that is not there yet: what is coming, and what to use until then. */
export function Coming({ view }: { view: ViewId }) {
  const text = TEXTS[view];
  if (text === undefined) return null;
  return (
    <main className={styles.coming} data-region>
      <h2>{text.title}</h2>
      <p>{text.coming}</p>
      <p>{text.meanwhile}</p>
      <p>
        <a href="#/">Go to the Overview</a>
      </p>
    </main>
  );
}
