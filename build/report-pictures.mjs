// The report's pictures: a snapshot of the running demo fleet, taken as an operator would, and its report opened from disk.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** Each picture: with scripts it is the console in replay, without it is what was written. */
const shots = [
  { name: 'report-dark', theme: 'dark', size: [1920, 1080], scripts: false },
  { name: 'report-light-full', theme: 'light', size: [1920, 1080], scripts: false, whole: true },
  { name: 'report-replay', theme: 'dark', size: [1280, 800], scripts: true, keys: ['1', ','] },
];

/** Takes a snapshot in a page of the console and puts its report into a folder; the report's address. */
async function report(browser, url, folder) {
  const page = await browser.newPage({ viewport: { width: 1920, height: 1080 } });
  // A report is made while it is read, beside everything else that the machine does.
  page.setDefaultTimeout(180_000);
  await page.goto(url);
  await page.getByText(/GPUs reporting/).waitFor();
  await page.keyboard.press('5');
  await page.keyboard.press('Shift+S');
  await page.getByRole('dialog').getByRole('button', { name: 'Capture snapshot' }).click();
  await page.getByText('Whole, signed').first().waitFor();
  await page.getByRole('combobox', { name: 'Form' }).selectOption({ label: 'Report (HTML)' });
  for (const box of await page.getByRole('group', { name: 'Replace by pseudonyms' }).getByRole('checkbox').all())
    await box.uncheck();
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Download' }).click(),
  ]);
  const file = join(folder, 'report.html');
  await download.saveAs(file);
  await page.close();
  return pathToFileURL(file).href;
}

/** Takes the pictures that are wanted into `to`; `folder` is for the report's file. */
export async function reportPictures(browser, url, { isWanted, to, folder }) {
  const wanted = shots.filter(isWanted);
  if (wanted.length === 0) return;
  const address = await report(browser, url, folder);
  for (const { name, theme, size, scripts, whole = false, keys = [] } of wanted) {
    const page = await browser.newPage({
      ...{ viewport: { width: size[0], height: size[1] }, colorScheme: theme, javaScriptEnabled: scripts },
    });
    await page.goto(address);
    if (scripts) await page.getByRole('region', { name: 'Replay' }).waitFor();
    for (const key of keys) await page.keyboard.press(key);
    await page.waitForTimeout(1000);
    await page.screenshot({ path: join(to, `${name}.png`), fullPage: whole });
    await page.close();
    process.stdout.write(`e2e/pictures/${name}.png\n`);
  }
}
