import { violations } from '../axe.ts';
import { expect, fleetShown, go, test } from '../console.ts';

/** A rule of the operator's own that fires at once on the row near its cap, in words that no rule of the pack has. */
const RULES = `- name: RowHot
  when: budget.use > 0.95
  at: [row]
  for: 0s
  severity: critical
  title: "{object} is hot at {value}"
  runbook: { means: The row is nearly at its cap., check: The busway meter., act: Shed load. }
`;
const files = {
  'rules/mine.yaml': RULES,
  'rules/broken.yaml': '- name: Bad\n  when: gpu.nonsense > 5\n  severity: warning\n',
};

test('an alert fires, is acknowledged and silenced by keyboard, and the journal has all of it', async ({
  open,
  fleet,
}) => {
  const { page, saved } = await open({ settings: fleet, files });
  await fleetShown(page);
  await page.keyboard.press('4');
  // Of all lines the one of an alert: what folds alerts of one cause is called by the loudest.
  const row = page.locator('tr[aria-selected]').filter({ hasText: 'Row A1 is hot' });
  await row.getByRole('button').click();
  await expect(row).toHaveAttribute('aria-selected', 'true');
  await expect(row).toContainText('New');
  const detail = page.getByRole('region', { name: 'Alert', exact: true });
  await expect(detail).toContainText('The row is nearly at its cap.');
  expect(await violations(page)).toEqual([]);

  await page.keyboard.press('a');
  const ack = page.getByRole('dialog', { name: 'Acknowledge' });
  await ack.getByLabel('Your name').fill('Ann');
  await ack.getByLabel(/^Note/).fill('CHG-4471');
  expect(await violations(page)).toEqual([]);
  await ack.getByRole('button', { name: 'Acknowledge' }).click();
  await expect(ack).toHaveCount(0);
  await expect(row).toContainText('Ann');
  await expect(row).toContainText('Acknowledged');

  await page.keyboard.press('s');
  const silence = page.getByRole('dialog', { name: 'Silence' });
  await expect(silence.getByRole('button', { name: 'Silence', exact: true })).toBeDisabled();
  await silence.getByLabel('Reason').fill('Busway work');
  await expect(silence).toContainText('at and under PDX-1/A/A1');
  expect(await violations(page)).toEqual([]);
  await silence.getByRole('button', { name: 'Silence', exact: true }).click();
  await expect(silence).toHaveCount(0);
  // Never hidden: it is listed with what is muted.
  await expect(row).toHaveCount(0);
  await page.getByRole('button', { name: /Silenced or inhibited/ }).click();
  await expect(row).toContainText('Silenced');

  await page.getByRole('radio', { name: 'Silences' }).click();
  const busway = page.getByRole('row').filter({ hasText: 'Busway work' });
  await expect(busway).toContainText('Active');
  await busway.getByRole('button', { name: 'End now' }).click();
  await expect(busway).toContainText('Expired');

  await page.getByRole('radio', { name: 'History' }).click();
  await page.getByRole('radio', { name: 'Everything' }).click();
  const journal = page.getByRole('region', { name: 'Rows of the journal' });
  for (const words of ['Fired', 'CHG-4471', 'Busway work', 'Silence ended']) await expect(journal).toContainText(words);
  const { name, bytes } = await saved(() => page.getByRole('button', { name: 'Save CSV' }).click());
  expect(name).toMatch(/\.csv$/);
  expect(bytes.toString()).toContain('CHG-4471');
});

test('rules: a broken file is told with its line, a threshold is tried before it is saved', async ({ open, fleet }) => {
  const { page } = await open({ settings: fleet, files });
  await fleetShown(page);
  await go(page, '#/alerts?tab=rules');
  await expect(
    page.getByRole('region', { name: 'Rules', exact: true }).getByText(/broken\.yaml, line 2, column \d+/),
  ).toBeVisible();
  await page.getByRole('button', { name: 'Budget near cap' }).click();
  const editor = page.getByRole('region', { name: 'Rule Budget near cap' });
  const when = editor.getByLabel('When', { exact: true });
  const save = editor.getByRole('button', { name: 'Save rule' });
  await editor.getByLabel('Your name').fill('Ann');
  await expect(save).toBeEnabled();
  await when.fill('budget.use >= nonsense');
  await expect(editor.getByText(/^Column \d+/)).toBeVisible();
  await expect(save).toBeDisabled();
  await when.fill('budget.use > 0.01');
  // Everything with a budget draws more than that: 2 racks, their row, hall and site, and feeds.
  await expect(editor.getByText(/Holds now for (\d+) of \1 objects/)).toBeVisible();
  await save.click();
  await expect(editor).toContainText('Changed here');
  expect(await violations(page)).toEqual([]);
  await page.getByRole('button', { name: 'Back to how it ships' }).click();
  await expect(editor).toContainText('As it ships');
});
