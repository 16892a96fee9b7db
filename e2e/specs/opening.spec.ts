import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { _electron as electron, type Page } from '@playwright/test';
import { coverOf, fileOf } from '../../shared/snapshot/snapshot.fixture.ts';
import { expect, test } from '../console.ts';
import { ended, LONGEST_MS, realElectron } from '../hosts.ts';

const root = resolve(import.meta.dirname, '../..');
const titled = (title: string) => fileOf(20, { cover: coverOf({ title }) });

/** Drops bytes as a file on the middle of the page, as a hand does. */
function drop(page: Page, name: string, bytes: Uint8Array): Promise<void> {
  return page.evaluate(
    ([file, base64]) => {
      const content = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File([content], file));
      const middle = document.querySelector('main') as HTMLElement;
      for (const type of ['dragenter', 'dragover', 'drop'])
        middle.dispatchEvent(new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true }));
    },
    [name, Buffer.from(bytes).toString('base64')] as const,
  );
}

const banner = (page: Page) => page.getByRole('region', { name: 'Replay' });

test('a file that is dropped on any view is opened in replay; one that is not whole is refused by name', async ({
  open,
}) => {
  const { page } = await open();
  await expect(page.getByRole('button', { name: 'Open demo fleet' })).toBeVisible();
  const altered = titled('Altered');
  altered[altered.length >> 1] ^= 1;
  await drop(page, 'evil.fwsnap', altered);
  const refused = page.getByRole('alert').filter({ hasText: 'was not opened' });
  await expect(refused).toContainText('evil.fwsnap was not opened:');
  await drop(page, 'notes.txt', Buffer.from('not at all'));
  await expect(refused).toContainText('notes.txt was not opened:');
  await page.getByRole('button', { name: 'Dismiss' }).click();
  await expect(refused).toHaveCount(0);
  await drop(page, 'first.fwsnap', titled('The first'));
  await expect(banner(page)).toContainText('“The first”');
  await expect(page.getByText('15 of 16 GPUs reporting').or(page.getByText('16 of 16 GPUs reporting'))).toBeVisible();
  // Another one in its place, on another view.
  await page.keyboard.press('3');
  await expect(page.getByRole('region', { name: 'Interconnect summary' })).toBeVisible();
  await drop(page, 'second.fwsnap', titled('The second'));
  await expect(banner(page)).toContainText('“The second”');
  await page.keyboard.press('Shift+Escape');
  await expect(banner(page)).toHaveCount(0);
});

test('a double click opens a file: as the argument of the first start, and through a second one', async () => {
  test.skip(test.info().project.name !== 'desktop', 'files are opened from outside on the desktop only');
  const folder = mkdtempSync(join(tmpdir(), 'fleetwatt-opened-'));
  const profile = join(folder, 'profile');
  for (const name of ['First one', 'Second one']) writeFileSync(join(folder, `${name}.fwsnap`), titled(name));
  const standin = join(root, 'e2e/standin');
  if (!realElectron()) process.env.ELECTRON_OVERRIDE_DIST_PATH = standin;
  const args = (file: string) => [root, `--user-data-dir=${profile}`, file];
  const app = await electron.launch({
    args: args(join(folder, 'First one.fwsnap')),
    env: process.env as Record<string, string>,
    timeout: LONGEST_MS,
  });
  try {
    const page = await app.firstWindow({ timeout: LONGEST_MS });
    await expect(banner(page)).toContainText('“First one”');
    const binary = join(realElectron() ?? standin, 'electron');
    // By a path that is relative to where it was started, as a shell gives it.
    const second = spawn(binary, args('Second one.fwsnap'), { cwd: folder, stdio: 'ignore' });
    await expect(banner(page)).toContainText('“Second one”');
    await ended(second);
    await expect.poll(() => app.windows().length).toBe(1);
    // macOS tells of it by an event.
    await app.evaluate(
      ({ app: main }, path) => {
        main.emit('open-file', { preventDefault: () => {} }, path);
      },
      join(folder, 'First one.fwsnap'),
    );
    await expect(banner(page)).toContainText('“First one”');
  } finally {
    await app.close();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
});
