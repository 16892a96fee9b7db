import type { RedactionKind } from './manifest.ts';

/** What a kind of names became, for a person to look at before it leaves. */
export interface PseudonymRow {
  readonly kind: RedactionKind;
  readonly count: number;
  /** The first of them. */
  readonly examples: readonly { readonly from: string; readonly to: string }[];
}

const EXAMPLES = 5;
/** What the names of a path are, from the site down. */
const DEPTHS: readonly (readonly [RedactionKind, string])[] = [
  ...(['site', 'hall', 'row', 'rack'] as const).map((word) => ['places', word] as const),
  ['hosts', 'node'],
  ['devices', 'gpu'],
];
/** Ports, slots and indexes: replaced in sentences they would change "97.8%" as well, and they name nobody. */
const FIGURE = /^\d{1,3}$/;
/** What a name in a sentence may be made of; everything else ends it. */
const TOKEN = /[^\s"'`,;()[\]{}<>=!?]+/gu;
/** Addresses, whole: also what stands behind their host may name something. */
const ADDRESS = /\b[a-z][a-z0-9+.-]*:\/\/[^\s"'<>]*/giu;

/** One pseudonym for each name, numbered in the order of their appearance: "node-1", "pod-3". */
export class Pseudonyms {
  readonly #kinds: ReadonlySet<RedactionKind>;
  /** Kind and word and name → pseudonym. */
  readonly #known = new Map<string, string>();
  /** Any name → what it is replaced by where it stands in a sentence. */
  readonly #inText = new Map<string, string>();
  readonly #counts = new Map<string, number>();
  readonly #rows = new Map<RedactionKind, { count: number; examples: { from: string; to: string }[] }>();

  constructor(kinds: ReadonlySet<RedactionKind>) {
    this.#kinds = kinds;
  }

  /** The pseudonym of a name, or the name itself where its kind is not redacted. */
  of(kind: RedactionKind, word: string, name: string): string {
    if (!this.#kinds.has(kind)) return name;
    const key = `${word}\n${name}`;
    let pseudonym = this.#known.get(key);
    if (pseudonym === undefined) {
      const number = (this.#counts.get(word) ?? 0) + 1;
      this.#counts.set(word, number);
      pseudonym = `${word}-${number}`;
      this.#known.set(key, pseudonym);
      this.#tell(kind, name, pseudonym);
      this.also(kind, name, pseudonym);
    }
    return pseudonym;
  }

  #tell(kind: RedactionKind, from: string, to: string): void {
    const row = this.#rows.get(kind) ?? { count: 0, examples: [] };
    this.#rows.set(kind, row);
    row.count++;
    if (row.examples.length < EXAMPLES) row.examples.push({ from, to });
  }

  /** Another spelling of a name that has a pseudonym; in sentences it is replaced too, unless it reads as a figure there. */
  also(kind: RedactionKind, name: string, pseudonym: string): void {
    if (this.#kinds.has(kind) && !FIGURE.test(name) && !this.#inText.has(name.toLowerCase()))
      this.#inText.set(name.toLowerCase(), pseudonym);
  }

  /** A path: each of its names replaced, also of places that are gone or were left out, and of a GPU by its id. */
  path(path: string): string {
    const known = this.#inText.get(path.toLowerCase());
    if (known !== undefined || path === '') return known ?? '';
    const names = path.split('/');
    if (names.length === 1 && /^(GPU|MIG)-|^[0-9a-f-]{12,}$/i.test(path)) return this.of('devices', 'gpu', path);
    return names
      .map((name, depth) => {
        const [kind, word] = DEPTHS[Math.min(depth, DEPTHS.length - 1)];
        return this.of(kind, word, name);
      })
      .join('/');
  }

  /** The value of a label that may name something of a kind. */
  label(kind: RedactionKind, label: string, value: string): string {
    const known = this.#inText.get(value.toLowerCase());
    if (known !== undefined || !this.#kinds.has(kind)) return known ?? this.inText(value);
    return this.of(kind, label.replace(/[^a-z0-9]+/gi, '').slice(0, 20) || 'value', value);
  }

  /** A sentence with every name in it replaced, and every address taken out where those are redacted. */
  inText(text: string): string {
    const plain = this.#kinds.has('urls') ? text.replace(ADDRESS, 'address') : text;
    return plain.replace(TOKEN, (token) => this.#word(token));
  }

  /** A word, or its parts around what names are joined by. */
  #word(token: string): string {
    const whole = this.#inText.get(token.toLowerCase());
    if (whole !== undefined) return whole;
    for (const joint of ['/', ':', '@', '.', '-', '_']) {
      const parts = token.split(joint);
      if (parts.length > 1) return parts.map((part) => this.#word(part)).join(joint);
    }
    return token;
  }

  rows(): readonly PseudonymRow[] {
    return [...this.#rows].map(([kind, { count, examples }]) => ({ kind, count, examples }));
  }
}
