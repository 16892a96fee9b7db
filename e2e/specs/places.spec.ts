import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { startDemo } from '../../electron/demo/demo.ts';
import { violationsInThemes } from '../axe.ts';
import { demoShown, expect, looksOnce, test } from '../console.ts';

/** Opens a part of view 6 by its keys: 6, then arrows in the row of parts. */
async function openPart(page: Page, name: string): Promise<void> {
  await page.keyboard.press('6');
  const parts = page.getByRole('radiogroup', { name: 'Part of sources' });
  const chosen = parts.getByRole('radio', { checked: true });
  await chosen.focus();
  for (let step = 0; step < 5; step++) {
    const at = await chosen.innerText();
    if (at === name) break;
    await page.keyboard.press('ArrowRight');
    // The next key only once this one has moved it.
    await expect(chosen).not.toHaveText(at);
  }
  await expect(parts.getByRole('radio', { name, exact: true })).toBeChecked();
}

/** An exporter source of one demo node, without any place of its own but its host name. */
const sourceOf = (url: string) => ({ kind: 'exporters', id: 'one', name: 'One', site: 'S', targets: [{ url }] });

test('a mapping is tried before it is saved, and the log says who saved it', async ({ open }) => {
  const demo = await startDemo({ nodes: 2, gpus: 8 });
  try {
    const { page, profile } = await open({ settings: { pollMs: 1000, sources: [sourceOf(demo.targets[0] ?? '')] } });
    await expect(page.locator('canvas[data-cells]')).toHaveAttribute('data-cells', '8');
    await openPart(page, 'Label mapping');
    await page.getByLabel('Changes signed as').fill('Ada');
    await page.getByRole('button', { name: 'Add mapping' }).press('Enter');
    const mapping = page.getByRole('group', { name: 'Mapping 1' });
    await mapping.getByLabel('Pattern (RE2)').fill('(?<rack>');
    await expect(mapping.getByRole('status')).toHaveText(/cannot be used/);
    await expect(page.getByRole('button', { name: 'Save mappings' })).toBeDisabled();
    await mapping.getByLabel('Pattern (RE2)').fill('^(?<hall>[A-Z])(?<row>\\d)-(?<rack>\\d+)-');
    await expect(mapping.getByRole('status')).toHaveText('Matches 1 node, places 1.');
    const moved = page.getByRole('table', { name: 'Nodes that would move' });
    await expect(moved.getByRole('row').nth(1)).toContainText('S/A/1/01');
    await expect(
      page.getByRole('img', { name: /^Floor plan of 2 racks: 1 would be new, 1 would have none$/ }),
    ).toBeVisible();
    await expect(page.getByRole('button', { name: 'Save mappings' })).toBeEnabled();
    await page.getByRole('button', { name: 'Save mappings' }).press('Enter');
    await expect(page.getByText('No node would move.')).toBeVisible();
    expect(JSON.parse(readFileSync(join(profile, 'settings.json'), 'utf8')).mappings).toHaveLength(1);
    await openPart(page, 'Changes');
    await expect(page.getByRole('table', { name: 'Changes' }).getByRole('row').nth(1)).toContainText(/Ada\s*mappings/);
  } finally {
    await demo.close();
  }
});

test('budgets are edited in place, told where they are wrong, and written line by line', async ({ open }) => {
  const { page, profile } = await open({ demo: true });
  await demoShown(page);
  await openPart(page, 'Budgets');
  const cell = page.getByLabel('Budget, kW of PDX-1/A/A2', { exact: true });
  await expect(cell).toHaveValue('1000');
  const row = page.getByRole('table', { name: 'Budgets' }).getByRole('row').filter({ has: cell });
  await expect(row, 'draw and headroom beside it').toContainText(/\d+ kW.*\d%/);
  await cell.fill('1,1 kW');
  await expect(page.getByRole('alert').filter({ hasText: 'PDX-1/A/A2, Budget, kW' })).toContainText('is not a number');
  await expect(page.getByRole('button', { name: /^Save 1 place/ })).toBeDisabled();
  await cell.fill('1100');
  await page.getByLabel('Capped first of PDX-1/A/A2', { exact: true }).fill('9');
  await expect(page.getByRole('button', { name: 'Save 1 place' })).toBeEnabled();
  await page.getByRole('button', { name: 'Save 1 place' }).press('Enter');
  await expect(row).toContainText('budgets.csv');
  expect(readFileSync(join(profile, 'budgets.csv'), 'utf8')).toBe(
    'place,budget_kw,feed_a_kw,feed_b_kw,derate,priority\nPDX-1/A/A2,1100,1200,1200,0.5,9\n',
  );
  await page.keyboard.press('1');
  await expect(page.getByRole('treeitem', { name: /A2/ }).first()).toContainText('1,100');
});

test('a topology file is looked at, its conflicts told, and saved; what it expects is a hole', async ({ open }) => {
  const files = mkdtempSync(join(tmpdir(), 'fleetwatt-import-'));
  const demo = await startDemo({ nodes: 1, gpus: 8 });
  try {
    const { page, profile } = await open({ settings: { pollMs: 1000, sources: [sourceOf(demo.targets[0] ?? '')] } });
    await expect(page.locator('canvas[data-cells]')).toHaveAttribute('data-cells', '8');
    const head = 'site,hall,row,rack,u,node,model,gpus\n';
    writeFileSync(
      join(files, 'a.csv'),
      `${head}S,A,A1,A1-01,1,A1-01-n1,HGX H200,8\nS,A,A1,A1-01,9,A1-01-n2,HGX H200,8\n`,
    );
    writeFileSync(join(files, 'b.csv'), `${head}S,A,A1,A1-02,1,A1-01-n2,,8\nS,A,A1,,1,x,,8\n`);
    await openPart(page, 'Topology');
    await page.getByLabel('Choose files').setInputFiles([join(files, 'a.csv'), join(files, 'b.csv')]);
    await expect(page.getByText('b.csv, line 3, column 8: rack is empty')).toBeVisible();
    await expect(page.getByRole('table', { name: 'Conflicts' }).getByRole('row').nth(1)).toHaveText(
      /A1-01-n2\s*rack\s*A1-01 \(a\.csv\)\s*A1-02 \(b\.csv\)/,
    );
    expect(existsSync(join(profile, 'topology.csv'))).toBe(false);
    const save = page.getByRole('button', { name: 'Save to topology.csv' });
    await expect(save).toBeEnabled();
    await save.press('Enter');
    const saved = page.getByText('Saved to topology.csv.');
    await expect(saved).toBeVisible();
    expect(readFileSync(join(profile, 'topology.csv'), 'utf8').split('\n')).toHaveLength(4);
    // One line is edited in the console itself.
    await page.getByLabel('Lines with').fill('n2');
    await page.getByLabel('Lines with').press('Enter');
    const lines = page.getByLabel('Lines, with the header');
    await expect(lines).toHaveValue(/^site,hall,[^\n]*\nS,A,A1,A1-01,9,A1-01-n2,[^\n]*\n$/);
    await lines.fill((await lines.inputValue()).replace('A1-01,9,', 'A1-01,3,'));
    await page.getByRole('button', { name: 'Show changes' }).press('Enter');
    await expect(page.getByText('S/A1-01-n2: u 9 → 3')).toBeVisible();
    // What was said of the first save is no longer there: it would be taken for the second.
    await expect(saved).toHaveCount(0);
    await expect(save).toBeEnabled();
    await save.press('Enter');
    await expect(saved).toBeVisible();
    expect(readFileSync(join(profile, 'topology.csv'), 'utf8')).toContain('A1-01,3,A1-01-n2');
    await page.keyboard.press('1');
    await expect(page.getByText('1 node missing')).toBeVisible();
    await expect(page.getByText('8 of 16 GPUs reporting')).toBeVisible();
  } finally {
    await demo.close();
    rmSync(files, { recursive: true });
  }
});

test('who may only look sees it all and can change nothing', async ({ open }, info) => {
  test.skip(info.project.name !== 'serve', 'a desktop window is always its owner’s');
  const { page } = await open({ demo: true, readOnly: true });
  await demoShown(page);
  await openPart(page, 'Budgets');
  const table = page.getByRole('table', { name: 'Budgets' });
  await expect(table.getByRole('row').filter({ hasText: 'PDX-1/A/A2/A2-05' })).toContainText('132');
  await expect(table.getByRole('textbox')).toHaveCount(0);
  await expect(page.getByRole('button', { name: /^Save|^Discard/ })).toHaveCount(0);
  for (const part of ['Label mapping', 'Topology', 'Changes']) {
    await openPart(page, part);
    await expect(page.getByText('Loading the')).toHaveCount(0);
    await expect(page.getByRole('button', { name: /^(Save|Discard|Add|Remove)/ })).toHaveCount(0);
    await expect(page.getByLabel('Choose files')).toHaveCount(0);
  }
});

test('places have no WCAG violation in dark and light', async ({ open }) => {
  looksOnce();
  const { page } = await open({ demo: true });
  await demoShown(page);
  for (const part of ['Label mapping', 'Budgets', 'Topology', 'Changes']) {
    await openPart(page, part);
    await expect(page.getByText('Loading the')).toHaveCount(0);
    expect(await violationsInThemes(page), part).toEqual([]);
  }
});
