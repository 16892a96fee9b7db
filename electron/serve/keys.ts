import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { z } from 'zod';
import type { Role } from '../../shared/contract.ts';

/** A name and a role for whoever knows the token. Only the token's digest is kept. */
interface Key {
  readonly name: string;
  readonly role: Role;
  readonly digest: Buffer;
  /** Epoch ms from which it is no key any more; Infinity for one that lasts until it is taken out. */
  readonly expiresAt: number;
}

const digestOf = (text: string) => createHash('sha256').update(text).digest();

/** 192 random bits, base64url. */
export function newKey(): string {
  return randomBytes(24).toString('base64url');
}

const tokenLine = z.tuple([
  z.string().max(80),
  z.enum(['read', 'operate']),
  z.string().regex(/^[A-Za-z0-9_-]{22,200}$/),
  z
    .string()
    .regex(/^until=\d{4}-\d{2}-\d{2}$/)
    .refine((text) => !Number.isNaN(Date.parse(text.slice(6))))
    .optional(),
]);

/** A token that may change things lasts this long after its file was written, unless the file says until when. */
const OPERATE_MS = 30 * 86_400_000;
const DAY_MS = 86_400_000;

/**
 * Parses a token file: lines `name role token [until=2026-12-31]`, with role `read` or `operate` and a token of at least
 * 22 characters (128 bits) of base64url; empty lines and lines that begin with # are skipped. A token lasts through the
 * day (UTC) of its `until`; without one a `read` token never expires, since walls hang unattended, and an `operate` token
 * does 30 days after the file was written. Throws Error with the line's number, never with its text.
 *
 * @param writtenAt when the file was written, epoch ms
 */
export function parseTokens(text: string, writtenAt: number): readonly Key[] {
  return text.split(/\r?\n/).flatMap((line, index) => {
    if (/^\s*(#|$)/.test(line)) return [];
    const parsed = tokenLine.safeParse(line.trim().split(/\s+/));
    if (!parsed.success)
      throw new Error(
        `Token file, line ${index + 1}: expected "name role token" with role read or operate and a token of 22 or more letters, digits, - and _, and perhaps until=2026-12-31`,
      );
    const [name, role, token, until] = parsed.data;
    const unless = role === 'read' ? Number.POSITIVE_INFINITY : writtenAt + OPERATE_MS;
    const expiresAt = until === undefined ? unless : Date.parse(until.slice(6)) + DAY_MS;
    return [{ name, role, digest: digestOf(token), expiresAt }];
  });
}

/** A file of tokens, read again when it changes, so that a line taken out is a token revoked. */
export class TokenFile {
  readonly #path: string;
  #seen = '';
  #keys: readonly Key[] = [];

  /** @throws Error when the file cannot be read, is open to others, or has a bad line */
  constructor(path: string) {
    this.#path = path;
    this.#read();
  }

  /** The tokens as they stand now; none when the file has become unreadable: a wrong file lets nobody in. */
  keys(): readonly Key[] {
    try {
      this.#read();
    } catch {
      this.#seen = '';
      this.#keys = [];
    }
    return this.#keys;
  }

  #read(): void {
    const { mtimeMs, size, ino, mode } = statSync(this.#path);
    if (process.platform !== 'win32' && (mode & 0o077) !== 0)
      throw new Error(`Token file ${this.#path} can be read by others: chmod 600 it`);
    const seen = `${mtimeMs} ${size} ${ino}`;
    if (seen === this.#seen) return;
    this.#keys = parseTokens(readFileSync(this.#path, 'utf8'), mtimeMs);
    this.#seen = seen;
  }
}

/** What an exchange of a key for a session came to. */
export type Exchange = { readonly session: string; readonly role: Role } | 'wrong' | 'too-many';

const MOST_SESSIONS = 1000;
const MOST_ADDRESSES = 10_000;
const FAILURES_A_MINUTE = 10;
const MINUTE_MS = 60_000;

/** Who may come in: keys, the sessions they were exchanged for, and wrong guesses by address. */
export class Keys {
  readonly #run: Key;
  readonly #tokens: TokenFile | undefined;
  readonly #now: () => number;
  readonly #sessions = new Map<string, Key>();
  readonly #failures = new Map<string, { since: number; count: number }>();

  constructor(runKey: string, tokens: TokenFile | undefined, now: () => number) {
    // Lasts as long as the process.
    this.#run = { name: 'run', role: 'operate', digest: digestOf(runKey), expiresAt: Number.POSITIVE_INFINITY };
    this.#tokens = tokens;
    this.#now = now;
  }

  /** A right key is always taken, however many wrong ones came from the same address before. */
  exchange(key: string, address: string): Exchange {
    const digest = digestOf(key);
    // Every key is compared in constant time, and all of them, whichever is right.
    const right = this.#all().filter((known) => timingSafeEqual(known.digest, digest))[0];
    if (!right) return this.#fail(address);
    const session = newKey();
    if (this.#sessions.size >= MOST_SESSIONS) this.#sessions.delete(this.#sessions.keys().next().value as string);
    this.#sessions.set(session, right);
    return { session, role: right.role };
  }

  /** The role of a session, while the key it was exchanged for is still valid. */
  roleOf(session: string | undefined): Role | undefined {
    const key = session === undefined ? undefined : this.#sessions.get(session);
    return key && this.#all().find((known) => known.digest.equals(key.digest))?.role;
  }

  #all(): readonly Key[] {
    const now = this.#now();
    return [this.#run, ...(this.#tokens?.keys() ?? []).filter(({ expiresAt }) => now < expiresAt)];
  }

  #fail(address: string): Exchange {
    const now = this.#now();
    const known = this.#failures.get(address);
    const failures = known && now - known.since < MINUTE_MS ? known : { since: now, count: 0 };
    failures.count += 1;
    if (this.#failures.size >= MOST_ADDRESSES) this.#failures.clear();
    this.#failures.set(address, failures);
    return failures.count > FAILURES_A_MINUTE ? 'too-many' : 'wrong';
  }
}
