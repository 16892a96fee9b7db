import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import type { Snapshot } from '../shared/snapshot/document.ts';
import { openSnapshot } from '../shared/snapshot/file.ts';
import { Replay } from '../shared/snapshot/replay.ts';
import { bytesOfDense } from '../shared/snapshot/report/dense.ts';
import { CONSOLE_ROOT, CONSOLE_STYLE, SNAPSHOT_DATA } from '../shared/snapshot/report/embedded.ts';
import { sha256 } from '../shared/snapshot/sha256.ts';
import { ReplayLink } from './link/replay.ts';
import { later, ReplayRoot, replayStore } from './live/ReplayRoot.tsx';
import './theme/fonts.css';
import './theme/tokens.css';
import './theme/base.css';
import { applyTheme, firstTheme } from './theme/theme.ts';
import { App } from './views/App.tsx';
import './views/report/report.css';

/**
 * The report's host: the console in replay on the snapshot that stands in the same file. The report itself is there
 * already and is read meanwhile; it stays as it is where the snapshot cannot be opened.
 */

const byId = (id: string) => document.getElementById(id) as HTMLElement;
const said = document.createElement('span');
said.setAttribute('role', 'status');
document.querySelector('.report .banner')?.append(said);

const turn = () => new Promise<void>((resolve) => void later(resolve, 0));

/** Instants that are judged at once: some 40 ms of work on a fleet of 2,000 GPUs. */
const AT_ONCE = 4;

/** A replay whose moment can be shown at once. */
async function prepared(snapshot: Snapshot): Promise<Replay> {
  const replay = new Replay(snapshot);
  const until = replay.instantAt(snapshot.manifest.at) + 1;
  while (replay.ready < until) {
    said.textContent = `Preparing the console: ${replay.ready} of ${until} instants`;
    await turn();
    replay.advance(AT_ONCE);
  }
  return replay;
}

async function start(): Promise<void> {
  const data = byId(SNAPSHOT_DATA);
  const file = bytesOfDense(data.textContent ?? '', Number(data.dataset.bytes));
  // Its text is no longer needed, and may be large.
  data.remove();
  await turn();
  const { snapshot } = openSnapshot(file, { digest: sha256 });
  const link = new ReplayLink(snapshot, { later }, await prepared(snapshot));
  // Without an address of its own the file opens on what was written; nothing was visited before.
  if (location.hash === '') location.replace('#/report');
  applyTheme(firstTheme());
  said.textContent = '';
  (byId(CONSOLE_STYLE) as HTMLStyleElement).media = 'screen';
  createRoot(byId(CONSOLE_ROOT)).render(
    <StrictMode>
      <ReplayRoot link={link} live={replayStore(link)}>
        <App />
      </ReplayRoot>
    </StrictMode>,
  );
}

start().catch((error: unknown) => {
  said.textContent = `The console could not be opened: ${error instanceof Error ? error.message : String(error)}`;
});
