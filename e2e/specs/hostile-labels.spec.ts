import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from '../console.ts';

/** What an exporter could put into a label to reach a page: markup, control and bidirectional characters. */
const HOSTILE = [
  '<img src=x onerror=\\"window.hit=1\\">',
  '<script>window.hit=1</script>',
  '&lt;b&gt;',
  'a\\nb',
  '\u001b[31mred',
  '\u202egpj.exe',
  '\u200bzero',
  'y'.repeat(10_000),
];

test('labels of an exporter are text, whatever they hold', async ({ open }) => {
  const server = createServer((_request, response) => {
    const rows = HOSTILE.map(
      (text, i) =>
        `DCGM_FI_DEV_POWER_USAGE{gpu="${i}",UUID="GPU-${i}${text}",modelName="${text}",hostname="n${i}${text}"} ${100 + i}\n`,
    );
    response.end(rows.join(''));
  });
  server.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  try {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/metrics`;
    const source = {
      id: 'h',
      name: HOSTILE[0].replaceAll('\\', ''),
      site: '<i>site</i>',
      kind: 'exporters',
      targets: [{ url }],
    };
    const { page } = await open({ settings: { pollMs: 1000, sources: [source] } });
    await expect(page.locator('canvas[data-cells]')).toHaveAttribute('data-cells', String(HOSTILE.length));
    await expect(page.getByText('<i>site</i>').first()).toBeVisible();
    const seen = await page.evaluate(() => ({
      hit: 'hit' in window,
      foreign: document.querySelectorAll('main img, main script, main i, header i').length,
      // Text that a person reads has no character that turns its order round or hides.
      hidden: /[\u001b\u202e\u200b]/.test(document.body.innerText),
    }));
    expect(seen).toEqual({ hit: false, foreign: 0, hidden: false });
  } finally {
    server.close();
    server.closeAllConnections();
  }
});
