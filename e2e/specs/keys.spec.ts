import { expect, test } from '../console.ts';

test('keys of one character can be moved and switched off, and stay so; the console prints the keys as they are', async ({
  open,
}) => {
  const { page } = await open({ demo: true });
  await expect(page.getByText(/2,0\d\d of 2,048 GPUs reporting/)).toBeVisible();
  const chosen = page.getByRole('radiogroup', { name: 'Signal' }).getByRole('radio', { checked: true });
  const keys = page.getByRole('dialog', { name: 'All keys' });
  await page.keyboard.press('?');
  await keys.getByRole('button', { name: /^T: Signal of the floor plan/ }).press('Enter');
  await page.keyboard.press('u');
  await expect(keys.getByRole('status')).toHaveText('U is taken: it does the work of U. Move that one first.');
  await keys.getByRole('button', { name: /^T: Signal of the floor plan/ }).press('Enter');
  await page.keyboard.press('q');
  await expect(keys.getByRole('status')).toHaveText('Q does the work of T now.');
  // A rack has the same key for the same thing: it moved there too.
  await expect(keys.getByRole('button', { name: /^Q: On a rack/ })).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(keys).toHaveCount(0);
  await page.keyboard.press('t');
  await expect(chosen).toHaveText('PowerP');
  await page.keyboard.press('q');
  await expect(chosen).toHaveText('TemperatureQ');

  await page.reload();
  await expect(page.getByText(/2,0\d\d of 2,048 GPUs reporting/)).toBeVisible();
  await page.keyboard.press('u');
  await page.keyboard.press('q');
  await expect(chosen).toHaveText('TemperatureQ');

  await page.getByRole('button', { name: '? All keys' }).click();
  await keys.getByRole('checkbox').uncheck();
  await page.keyboard.press('Escape');
  await expect(keys).toHaveCount(0);
  await page.keyboard.press('u');
  await page.keyboard.press('3');
  await expect(chosen).toHaveText('Temperature');
  await expect(page.getByRole('navigation', { name: 'Views' }).locator('kbd')).toHaveCount(0);
  // What needs Ctrl still works, and leads back.
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox', { name: 'Jump to' }).fill('all keys');
  await page.keyboard.press('Enter');
  await keys.getByRole('button', { name: 'Reset keys' }).click();
  await page.keyboard.press('Escape');
  await expect(keys).toHaveCount(0);
  await page.keyboard.press('u');
  await expect(chosen).toHaveText('GPU utilU');
});
