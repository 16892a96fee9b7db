import { DecodeError } from '../decoded.ts';
import { invalidUtf8At, textOf } from './bytes.ts';
import { outcome, parseNumber } from './number.ts';

const NEWLINE = 0x0a;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

const isNameStart = (byte: number) =>
  (byte >= 0x61 && byte <= 0x7a) || (byte >= 0x41 && byte <= 0x5a) || byte === 0x5f || byte === 0x3a;
const isDigit = (byte: number) => byte >= 0x30 && byte <= 0x39;

/** A place in a body, with the reads that both formats share. Every failure says line and column. */
export class Cursor {
  readonly bytes: Uint8Array;
  at = 0;
  line = 1;
  lineStart = 0;

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

  /** @throws DecodeError at `at` (default: here) */
  fail(message: string, at = this.at): never {
    throw new DecodeError(this.line, at - this.lineStart + 1, message);
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
    this.lineStart = this.at;
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

  /** A quoted text with \\ \" \n escapes; another escape keeps its backslash, as Prometheus does. */
  quoted(what: string): string {
    if (this.peek() !== QUOTE) this.fail(`Expected ${what} in double quotes, found ${this.shown()}`);
    const open = this.at;
    this.at++;
    let from = this.at;
    let text = '';
    for (;;) {
      const byte = this.peek();
      if (byte === -1 || byte === NEWLINE)
        this.fail(`${what} opened at column ${open - this.lineStart + 1} is not closed`);
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
      const text = textOf(this.bytes, from, Math.min(this.at, from + 40));
      this.fail(`${what} ${JSON.stringify(text)} is not a number`, from);
    }
    return value;
  }
}
