import type { SignalId } from './signals/catalogue.ts';
import type { Slots } from './slots.ts';

/** What boards tell of where they sit, in the order in which it orders them: trays of a rack, hosts of a tray, modules. */
const SIGNALS = ['gpu.tray', 'gpu.slot', 'gpu.host', 'gpu.module'] as const satisfies readonly SignalId[];
type Values = Readonly<Record<(typeof SIGNALS)[number], Float64Array>>;

const NONE = new Float64Array(0);

/** Tray, host and module of boards as their exporters' numbers tell (DCGM 573–577); places follow from them. */
export class Seats {
  #values = Object.fromEntries(SIGNALS.map((signal) => [signal, NONE])) as Values;

  /** Takes what is told now. @returns whether anything of it is new */
  update(slots: Slots): boolean {
    let changed = false;
    for (const signal of SIGNALS) {
      const now = slots.boundTo(signal)[0]?.[0].value ?? NONE;
      if (alike(this.#values[signal], now)) continue;
      this.#values = { ...this.#values, [signal]: now.slice() };
      changed = true;
    }
    return changed;
  }

  /** Where the machine of a board stands in its rack, from 1: by its tray, else its slot; 0 where neither is told. */
  orderOf(gpu: number): number {
    const tray = this.#values['gpu.tray'][gpu] ?? Number.NaN;
    const at = Number.isNaN(tray) ? (this.#values['gpu.slot'][gpu] ?? Number.NaN) : tray;
    // A tray has few hosts.
    return Number.isNaN(at) ? 0 : at + 1 + (this.#values['gpu.host'][gpu] || 0) / 64;
  }

  /** The board's module on its host; −1 where it is not told. */
  moduleOf(gpu: number): number {
    const told = this.#values['gpu.module'][gpu] ?? Number.NaN;
    return Number.isNaN(told) ? -1 : told;
  }
}

function alike(a: Float64Array, b: Float64Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i] && !(Number.isNaN(a[i]) && Number.isNaN(b[i]))) return false;
  return true;
}
