import { join } from 'node:path';
import { pagesOf, type StateName, type StatePage } from '../states.ts';
import type { Stage } from './stage.ts';

export type ShotTheme = 'dark' | 'light';

/** One picture: what is gone to, which keys are pressed there, and where it is put. */
export interface Shot {
  readonly to: string;
  readonly hash: string;
  readonly keys: readonly string[];
  readonly width: number;
  readonly height: number;
}

const root = join(import.meta.dirname, '../..');
/** Recordings, and pictures of every state. */
export const MADE = join(root, 'dist/pictures');
/** Pictures that stand in the tree. */
export const KEPT = join(root, 'e2e/pictures');

const SMALL = { width: 1280, height: 800 };
const FULL = { width: 1920, height: 1080 };
const WALL = { width: 3840, height: 2160 };

/** Keys that open the first GPU of a rack. */
const FIRST_GPU = ['ArrowDown', 'Enter'];
const A2_05 = '#/rack/PDX-1/A/A2/A2-05';

/** Pictures of the README, all of the fleet in trouble. */
const README: readonly (Omit<Shot, 'to'> & { readonly name: string })[] = [
  { name: 'overview-dark', hash: '#/', keys: [], ...FULL },
  { name: 'overview-light', hash: '#/', keys: [], ...FULL },
  { name: 'throttle-dark', hash: '#/', keys: ['r'], ...FULL },
  { name: 'interconnect-dark', hash: '#/interconnect', keys: [], ...FULL },
  { name: 'interconnect-light', hash: '#/interconnect', keys: [], ...SMALL },
  { name: 'power-dark', hash: '#/power', keys: [], ...FULL },
  { name: 'power-light', hash: '#/power', keys: [], ...SMALL },
  { name: 'sources-light', hash: '#/sources', keys: [], ...SMALL },
  { name: 'rack-dark', hash: A2_05, keys: ['ArrowDown'], ...FULL },
  { name: 'rack-light', hash: A2_05, keys: ['ArrowDown'], ...FULL },
  { name: 'gpu-dark', hash: A2_05, keys: FIRST_GPU, ...FULL },
  { name: 'wall-dark', hash: '#/wall', keys: [], ...FULL },
];

/** Slides of the wall beside its first. */
const SLIDES: readonly StatePage[] = ['thermal', 'fabric', 'alerts'].map((view) => ({
  ...{ name: `wall-${view}`, hash: `#/wall?views=${view}` },
}));

/** All pictures of a state in a theme. A wall has one theme, and is taken at the size of a large panel as well. */
export function shotsOf(state: StateName, theme: ShotTheme, stage: Pick<Stage, 'rack'>): readonly Shot[] {
  const pages = [...pagesOf(stage), ...SLIDES].filter(({ name }) => !name.startsWith('wall') || theme === 'dark');
  const every = pages.flatMap(({ name, hash, gpu = false }: StatePage) =>
    (name.startsWith('wall') ? [SMALL, FULL, WALL] : [SMALL, FULL]).map((size) => ({
      ...{ to: join(MADE, state, `${name}-${theme}-${size.width}.png`), hash, keys: gpu ? FIRST_GPU : [], ...size },
    })),
  );
  if (state !== 'alarm') return every;
  const kept = README.filter(({ name }) => name.endsWith(theme));
  return [...every, ...kept.map(({ name, ...shot }) => ({ ...shot, to: join(KEPT, `${name}.png`) }))];
}
