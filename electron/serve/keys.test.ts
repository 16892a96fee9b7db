import { chmodSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { Keys, newKey, parseTokens, TokenFile } from './keys.ts';

const folder = mkdtempSync(join(tmpdir(), 'fleetwatt-keys-'));
afterAll(() => rmSync(folder, { recursive: true }));

const DAY = 86_400_000;
const WRITTEN = Date.UTC(2026, 10, 1);
const [WALL, DESK, SHORT] = ['W', 'D', 'S'].map((letter) => letter.repeat(22));

test("a wall's token lasts, one that may change things ends, and a line says another day", () => {
  const path = join(folder, 'tokens');
  writeFileSync(path, `lobby read ${WALL}\ndesk operate ${DESK}\nguest read ${SHORT} until=2026-11-05\n`);
  chmodSync(path, 0o600);
  utimesSync(path, WRITTEN / 1000, WRITTEN / 1000);
  let now = WRITTEN;
  const keys = new Keys(newKey(), new TokenFile(path), () => now);
  const exchange = (token: string) => {
    const answer = keys.exchange(token, '127.0.0.1');
    return typeof answer === 'string' ? answer : answer.role;
  };
  expect([WALL, DESK, SHORT].map(exchange)).toEqual(['read', 'operate', 'read']);
  const answer = keys.exchange(DESK, '127.0.0.1');
  const session = typeof answer === 'string' ? undefined : answer.session;
  // Through the 5th, and through the 30th day after the file was written.
  now = Date.UTC(2026, 10, 6) - 1;
  expect(exchange(SHORT)).toBe('read');
  now += 1;
  expect(exchange(SHORT)).toBe('wrong');
  now = WRITTEN + 30 * DAY - 1;
  expect([exchange(DESK), keys.roleOf(session)]).toEqual(['operate', 'operate']);
  now += 1;
  // A session ends with the token it was given for.
  expect([exchange(DESK), keys.roleOf(session)]).toEqual(['wrong', undefined]);
  now = WRITTEN + 3650 * DAY;
  expect(exchange(WALL)).toBe('read');
});

test.each(['until=2026-13-01', 'until=tomorrow', 'until=2026-12-31 more', '2026-12-31'])('%s is no end', (end) => {
  expect(() => parseTokens(`desk operate ${DESK} ${end}`, WRITTEN)).toThrow(/^Token file, line 1: expected/);
});
