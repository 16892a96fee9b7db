import { outcome, parseNumber } from './number.ts';

/** A body that was read whole: its bytes, and where its numbers stand. */
export interface Template {
  readonly bytes: Uint8Array;
  /** keyFrom[i]…keyTo[i] of `bytes` stand before number i; the last entry is what follows the last number. */
  readonly keyFrom: Int32Array;
  readonly keyTo: Int32Array;
  /**
   * Length, 8 to 16, of a text that stands before the last two bytes of every key but the last and may be another in
   * each body, the same in all its places: the time of a vector. Those two bytes are the same in all keys. 0: none.
   */
  readonly stamped?: number;
}

/** Recognises bodies that differ from a template in their numbers only. Every byte of every key is compared. */
export interface Steady {
  /** Takes a template in place of the last one. */
  remember(template: Template): void;
  /**
   * Reads the numbers of a body into `values` (one a number, in order). False, with `values` in an unknown state,
   * where the body is another one or has something else than a number where a number stood. `stamp` is what the body
   * must have where the template is stamped.
   */
  read(body: Uint8Array, values: Float64Array, stamp?: Uint8Array): boolean;
}

/** The bytes before which a number ends: line feed, blank and tab in an exposition; quote, comma and bracket in
 * JSON. The commonest comes first. */
export type Ends = readonly [number, number, number];
export const EXPOSITION_ENDS: Ends = [0x0a, 0x20, 0x09];
export const JSON_ENDS: Ends = [0x22, 0x2c, 0x5d];

/**
 * Makes a recogniser for templates of a size; a host may give a faster one for large bodies. `last` is the one that
 * its caller had so far, with the same ends, and may be given back.
 */
export type MakeSteady = (ends: Ends, bytes: number, last?: Steady) => Steady;

/** In plain JavaScript: works everywhere, and is what every other way is held against. */
export class PlainSteady implements Steady {
  readonly #ends: Ends;
  #template: Template | undefined;

  constructor(ends: Ends) {
    this.#ends = ends;
  }

  remember(template: Template): void {
    this.#template = template;
  }

  read(body: Uint8Array, values: Float64Array, stamp?: Uint8Array): boolean {
    if (!this.#template) return false;
    const { bytes, keyFrom, keyTo, stamped = 0 } = this.#template;
    const [endA, endB, endC] = this.#ends;
    const last = keyFrom.length - 1;
    let at = 0;
    for (let i = 0; ; i++) {
      const to = keyTo[i];
      const from = keyFrom[i];
      if (at + to - from > body.length) return false;
      const mark = stamped > 0 && i < last ? to - stamped - 2 : to;
      for (let key = from; key < mark; key++, at++) if (body[at] !== bytes[key]) return false;
      if (mark < to) {
        for (let b = 0; b < stamped; b++, at++) if (body[at] !== stamp?.[b]) return false;
        for (let key = to - 2; key < to; key++, at++) if (body[at] !== bytes[key]) return false;
      }
      if (i === last) return at === body.length;
      const start = at;
      while (at < body.length && body[at] !== endA && body[at] !== endB && body[at] !== endC) at++;
      values[i] = parseNumber(body, start, at);
      if (!outcome.ok) return false;
    }
  }
}

export const makePlain: MakeSteady = (ends, _bytes, last) => last ?? new PlainSteady(ends);
