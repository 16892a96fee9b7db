import type { RedactionKind } from './manifest.ts';

/** What a kind of names became, for a person to look at before it leaves. */
export interface PseudonymRow {
  readonly kind: RedactionKind;
  readonly count: number;
  /** The first of them. */
  readonly examples: readonly { readonly from: string; readonly to: string }[];
}

const EXAMPLES = 5;
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

  /** Another spelling of a name that has a pseudonym; in sentences it is replaced too. */
  also(kind: RedactionKind, name: string, pseudonym: string): void {
    if (this.#kinds.has(kind) && !this.#inText.has(name.toLowerCase())) this.#inText.set(name.toLowerCase(), pseudonym);
  }

  /** A path of a place that was seen: each of its names replaced. */
  path(path: string): string {
    return (
      this.#inText.get(path.toLowerCase()) ??
      path
        .split('/')
        .map((name) => this.#word(name))
        .join('/')
    );
  }

  /** The value of a label that may name anything. */
  label(label: string, value: string): string {
    const known = this.#inText.get(value.toLowerCase());
    return known ?? this.of('jobs', label.replace(/[^a-z0-9]+/gi, '').slice(0, 20) || 'value', value);
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
