import { startDesktop } from './app.ts';

startDesktop();
