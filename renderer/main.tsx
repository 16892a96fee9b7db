import { QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { decodeFrame } from '../shared/wire.ts';
import { newQueryClient } from './ask/ask.ts';
import { pickLink } from './link/pick.ts';
import { ConsoleProvider } from './live/console.tsx';
import { LiveStore } from './live/store.ts';
import './theme/fonts.css';
import './theme/tokens.css';
import './theme/base.css';
import { applyTheme, firstTheme } from './theme/theme.ts';
import { App } from './views/App.tsx';

applyTheme(firstTheme());
const link = pickLink();
const live = new LiveStore(link, {
  decode: decodeFrame,
  // The wiring of the viewer's two clocks; everything else gets the time from here.
  clock: () => ({ steady: performance.now(), wall: Date.now() }),
  // A hidden page paints nothing: it acknowledges at once, so that it is up to date when it is shown.
  drawn: (run) => (document.hidden ? run() : requestAnimationFrame(run)),
  complain: (error) => console.error('A frame could not be read', error),
});

createRoot(document.getElementById('root') as HTMLElement).render(
  <StrictMode>
    <QueryClientProvider client={newQueryClient()}>
      <ConsoleProvider value={{ link, live }}>
        <App />
      </ConsoleProvider>
    </QueryClientProvider>
  </StrictMode>,
);
