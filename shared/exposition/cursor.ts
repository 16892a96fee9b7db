import { DecodeError } from '../decoded.ts';
import { invalidUtf8At, textOf } from './bytes.ts';
import { outcome, parseNumber } from './number.ts';

const NEWLINE = 0x0a;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** Whether a metric name may begin with a byte. */
export const isNameStart = (byte: number): boolean =>
  (byte >= 0x61 && byte <= 0x7a) || (byte >= 0x41 && byte <= 0x5a) || byte === 0x5f || byte === 0x3a;
const isDigit = (byte: number) => byte >= 0x30 && byte <= 0x39;

/** A place in a body, with the reads that both formats share. Every failure says line and column. */
export class Cursor {
  readonly bytes: Uint8Array;
  at = 0;
  line = 1;
  /** The line on which a quoted text began that went over a line's end, and the one on which it ended; 0: none did. */
  #openedOn = 0;
  #closedOn = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  get done(): boolean {
    return this.at >= this.bytes.length;
  }

  /** The byte here; −1 at the end of the body. */
  peek(): number {
    return this.at < this.bytes.length ? this.bytes[this.at] : -1;
  }

  /** @throws DecodeError at `at` (default: here), which may lie on an earlier line */
  fail(message: string, at = this.at): never {
    let line = this.line;
    for (let back = at; back < this.at; back++) if (this.bytes[back] === NEWLINE) line--;
    const lineStart = at === 0 ? 0 : this.bytes.lastIndexOf(NEWLINE, at - 1) + 1;
    const torn = this.#closedOn === line ? ` (the quote opened on line ${this.#openedOn} was closed on this one)` : '';
    throw new DecodeError(line, at - lineStart + 1, message + torn);
  }

  /** Passes over blanks and tabs; says whether there were any. */
  blanks(): boolean {
    const from = this.at;
    while (this.peek() === 0x20 || this.peek() === 0x09) this.at++;
    return this.at > from;
  }

  /** Ends a line: here must be a line feed or the end of the body. */
  endLine(what: string): void {
    if (this.done) return;
    if (this.peek() !== NEWLINE) this.fail(`${what}: found ${this.shown()}`);
    this.at++;
    this.line++;
  }

  /** Index of the end of this line. */
  lineEnd(): number {
    const end = this.bytes.indexOf(NEWLINE, this.at);
    return end < 0 ? this.bytes.length : end;
  }

  /** The byte here for a message. */
  shown(): string {
    const byte = this.peek();
    if (byte === -1) return 'the end of the body';
    if (byte === NEWLINE) return 'the end of the line';
    return byte > 0x20 && byte < 0x7f
      ? `'${String.fromCharCode(byte)}'`
      : `byte 0x${byte.toString(16).padStart(2, '0')}`;
  }

  /** A metric or label name in the classic alphabet; `colons` are for metric names only. */
  name(what: string, colons: boolean): string {
    const from = this.at;
    if (!isNameStart(this.peek()) || (!colons && this.peek() === 0x3a))
      this.fail(`Expected ${what}, found ${this.shown()}`);
    this.at++;
    while (isNameStart(this.peek()) || isDigit(this.peek())) {
      if (!colons && this.peek() === 0x3a) break;
      this.at++;
    }
    return textOf(this.bytes, from, this.at);
  }

  /**
   * A quoted text with \\ \" \n escapes; another escape keeps its backslash, as Prometheus does.
   * `lines`: it may go over the end of a line, as label values may in the text format's lexer.
   */
  quoted(what: string, lines = false): string {
    if (this.peek() !== QUOTE) this.fail(`Expected ${what} in double quotes, found ${this.shown()}`);
    const open = this.at;
    const line = this.line;
    this.at++;
    let from = this.at;
    let text = '';
    for (;;) {
      const byte = this.peek();
      if (byte === -1 || (byte === NEWLINE && !lines)) this.fail(`${what} is opened here and not closed`, open);
      if (byte === NEWLINE) this.line++;
      if (byte === QUOTE) break;
      if (byte === BACKSLASH) {
        text += this.slice(from, what);
        const next = this.bytes[this.at + 1];
        if (next === undefined || next === NEWLINE) this.fail(`${what} ends in a backslash`);
        if (next === BACKSLASH || next === QUOTE) text += String.fromCharCode(next);
        else if (next === 0x6e) text += '\n';
        else {
          from = this.at;
          this.at += 2;
          continue;
        }
        this.at += 2;
        from = this.at;
      } else this.at++;
    }
    text += this.slice(from, what);
    this.at++;
    if (this.line > line) [this.#openedOn, this.#closedOn] = [line, this.line];
    return text;
  }

  /** Text from `from` to here; refused where it is not UTF-8. */
  slice(from: number, what: string): string {
    const bad = invalidUtf8At(this.bytes, from, this.at);
    if (bad >= 0) this.fail(`${what} is not valid UTF-8`, bad);
    return textOf(this.bytes, from, this.at);
  }

  /** The text up to the end of the line (not past it). */
  rest(what: string): string {
    const from = this.at;
    this.at = this.lineEnd();
    return this.slice(from, what);
  }

  /** A number up to a blank, a line end or the end of the body. */
  number(what: string): number {
    const from = this.at;
    while (this.at < this.bytes.length) {
      const byte = this.bytes[this.at];
      if (byte === 0x20 || byte === 0x09 || byte === NEWLINE) break;
      this.at++;
    }
    if (this.at === from) this.fail(`Expected ${what}, found ${this.shown()}`);
    const value = parseNumber(this.bytes, from, this.at);
    if (!outcome.ok) {
      const shown = this.bytes.slice(from, Math.min(this.at, from + 40)).map((byte) => (byte < 0x80 ? byte : 0x3f));
      this.fail(`${what} ${JSON.stringify(textOf(shown, 0, shown.length))} is not a number`, from);
    }
    return value;
  }
}
