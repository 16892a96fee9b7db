import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { profiles as builtIn } from '../../../shared/signals/profiles/all.ts';
import { UserProfileReader } from './user-profiles.ts';

const folder = mkdtempSync(join(tmpdir(), 'fleetwatt-profiles-'));
afterAll(() => rmSync(folder, { recursive: true }));

const OWN = 'id: own\nmappings:\n  - { signal: gpu.power, names: [own_milliwatts], scale: 0.001 }\n';

test('profiles of the folder stand before the built-in ones, and are read again when they change', () => {
  const reader = new UserProfileReader(folder);
  expect(reader.read()).toEqual({ profiles: builtIn, warnings: [] });
  mkdirSync(join(folder, 'profiles'));
  writeFileSync(join(folder, 'profiles/own.yaml'), OWN);
  writeFileSync(join(folder, 'profiles/notes.txt'), 'not read');
  const first = reader.read();
  expect(first.profiles.map(({ id }) => id)).toEqual(['own', ...builtIn.map(({ id }) => id)]);
  expect(reader.read()).toBe(first);
  writeFileSync(join(folder, 'profiles/own.yaml'), `${OWN}\n# longer`);
  expect(reader.read()).not.toBe(first);
});

test('a file that is not right says where, and the others are used', () => {
  writeFileSync(join(folder, 'profiles/wrong.yaml'), 'id: wrong\nmappings:\n  - { signal: gpu.pwoer, names: [x] }\n');
  const { profiles, warnings } = new UserProfileReader(folder).read();
  expect(profiles[0].id).toBe('own');
  expect(warnings).toHaveLength(1);
  expect(warnings[0]).toMatch(/wrong\.yaml, line 3, column 15: signal: is no signal/);
});
