import { once } from 'node:events';
import { createServer } from 'node:net';
import type { Page } from '@playwright/test';
import { startDemo } from '../electron/demo/demo.ts';
import { expect } from './console.ts';
import type { OpenOptions } from './hosts.ts';
import { freePort } from './real/running.ts';

/** What a view can look like (ui.md 5): a fleet in trouble, a calm one, nothing connected, no answer yet, refused, gone silent. */
export const STATES = ['alarm', 'normal', 'empty', 'loading', 'error', 'stale'] as const;
export type StateName = (typeof STATES)[number];

/** A console in one state: how it is opened, how to see that it is there, and what to stop afterwards. */
export interface State {
  readonly options: OpenOptions;
  /** The rack that the pages of one object show; '' where there is none. */
  readonly rack: string;
  entered(page: Page): Promise<void>;
  stop(): Promise<void>;
}

const nothing = async () => {};

/** Starts what a state needs; the parts are real: exporters of the demo fleet in a process of their own, sockets that hang or refuse. */
export async function startState(name: StateName): Promise<State> {
  const shown = (selector: string) => async (page: Page) => {
    await expect(page.locator(selector).first()).toBeVisible();
  };
  switch (name) {
    case 'alarm':
      return { options: { demo: true }, rack: 'PDX-1/A/A2/A2-05', entered: live, stop: nothing };
    case 'empty':
      return { options: {}, rack: '', entered: shown('text=Open demo fleet'), stop: nothing };
    case 'loading': {
      const server = createServer(() => {}).listen(0, '127.0.0.1');
      await once(server, 'listening');
      const { port } = server.address() as { port: number };
      return {
        options: { source: `http://127.0.0.1:${port}`, settings: { pollMs: 1000, staleMs: 5000 } },
        rack: '',
        entered: shown('[data-state="waiting"]'),
        stop: async () => void server.close(),
      };
    }
    case 'error':
      return {
        options: { source: `http://127.0.0.1:${await freePort()}`, settings: { pollMs: 1000, staleMs: 5000 } },
        rack: '',
        entered: shown('text=Nothing listens there'),
        stop: nothing,
      };
    default:
      return exportersState(name === 'stale');
  }
}

async function live(page: Page): Promise<void> {
  await expect(page.locator('[data-state="live"]').first()).toBeVisible();
}

/** A calm fleet of 24 nodes, or the fleet of the drawing whose exporters end when their numbers are there. */
async function exportersState(silent: boolean): Promise<State> {
  const fleet = await startDemo(silent ? {} : { nodes: 24, calm: true });
  const source = {
    ...{ kind: 'exporters', id: 'own', name: 'Own fleet', site: 'PDX-1', files: [fleet.targetsFile] },
    ...{ topologyFile: fleet.topologyFile, budgetsFile: fleet.budgetsFile },
  };
  let open = true;
  const stop = async () => {
    if (open) await fleet.close();
    open = false;
  };
  return {
    // The fleet that falls silent is a large one: read no more often than its silence is told by.
    options: { settings: { pollMs: silent ? 5000 : 2000, staleMs: 10_000, sources: [source] } },
    rack: fleet.truth(Date.now())[0].path,
    async entered(page) {
      await live(page);
      if (!silent) return;
      await stop();
      await expect(page.locator('[data-state="stale"]').first()).toBeVisible();
    },
    stop,
  };
}

export interface StatePage {
  readonly name: string;
  readonly hash: string;
  /** Is reached from there by opening the first GPU. */
  readonly gpu?: boolean;
  /** Another part of a page that is in the list: the same frame, and a table or a form in it. */
  readonly part?: boolean;
}

/** Parts of pages, by the page and their name in the address. */
const PARTS = {
  alerts: ['history', 'silences', 'rules', 'notify'],
  sources: ['mappings', 'budgets', 'topology', 'changes'],
};

/** Every page by its address; those of one object where the state has one. */
export function pagesOf(state: Pick<State, 'rack'>): readonly StatePage[] {
  const whole = ['overview', 'interconnect', 'alerts', 'snapshots', 'sources', 'power', 'compare', 'wall'];
  return [
    ...whole.map((name) => ({ name, hash: name === 'overview' ? '#/' : `#/${name}` })),
    ...['ethernet', 'nvlink'].map((name) => ({ name, hash: `#/interconnect?fabric=${name}` })),
    ...Object.entries(PARTS).flatMap(([page, parts]) =>
      parts.map((tab) => ({ name: `${page}-${tab}`, hash: `#/${page}?tab=${tab}`, part: true })),
    ),
    { name: 'rack', hash: `#/rack/${state.rack}` },
    ...(state.rack === '' ? [] : [{ name: 'gpu', hash: `#/rack/${state.rack}`, gpu: true }]),
  ];
}
