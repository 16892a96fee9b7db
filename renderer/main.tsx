import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { pickLink } from './link/pick.ts';
import { liveStore } from './live/ReplayRoot.tsx';
import { Root } from './live/Root.tsx';
import { TravelRoot } from './live/TravelRoot.tsx';
import './theme/fonts.css';
import './theme/tokens.css';
import './theme/base.css';
import { applyTheme, firstTheme } from './theme/theme.ts';
import { App } from './views/App.tsx';
import { Voice } from './views/voice/Voice.tsx';

applyTheme(firstTheme());
const link = pickLink();
const live = liveStore(link);

createRoot(document.getElementById('root') as HTMLElement).render(
  <StrictMode>
    <Voice live={live} />
    <Root link={link} live={live}>
      <TravelRoot>
        <App />
      </TravelRoot>
    </Root>
  </StrictMode>,
);
