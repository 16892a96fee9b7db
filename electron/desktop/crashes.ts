/** A window that crashes is loaded again so often within a minute. */
const RELOADS = 3;
const WINDOW_MS = 60_000;

/** Counts the crashes of one window's page: what to do after each. */
export class Crashes {
  #times: number[] = [];

  /** `reload` it; or, once it has crashed more than three times within a minute, show a plain page instead. */
  crashed(now: number): 'reload' | 'stop' {
    this.#times = [...this.#times.filter((time) => now - time < WINDOW_MS), now];
    return this.#times.length <= RELOADS ? 'reload' : 'stop';
  }
}

/** The plain page of a window that keeps crashing: no script, and nothing that could be taken for a live number. */
export function crashedPage(now: number): string {
  const time = new Date(now).toISOString().slice(11, 16);
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>Fleetwatt: window stopped</title><body bgcolor="#07090b" text="#e8edf1"><h1>This window crashed four times within a minute</h1><p>It was given up at ${time} UTC and shows nothing live. The engine goes on: alerts are evaluated, written down and sent.</p><p>Close the window and open Fleetwatt again.</p></body></html>`;
}
