import { existsSync } from 'node:fs';
import { startDemo } from '../../electron/demo/demo.ts';
import { expect, test } from '../console.ts';
import { childrenOf, commandOf } from '../hosts.ts';

/** The process of the engine among those that the host started. */
function engineOf(pid: number): number | undefined {
  return childrenOf(pid).find((child) => commandOf(child).includes('engine.mjs'));
}

test('engine: killed, it is said, nothing is called live meanwhile, and it is live again; closing leaves no process', async ({
  open,
}) => {
  test.skip(process.platform !== 'linux', 'finds the processes of the host in /proc');
  const demo = await startDemo({ nodes: 4, gpus: 8 });
  try {
    const { page, pid, close } = await open({
      settings: {
        pollMs: 1000,
        // Long enough for a busy machine to start an engine in.
        staleMs: 30_000,
        sources: [{ kind: 'exporters', id: 'demo-list', name: 'Four nodes', site: 'PDX-1', files: [demo.targetsFile] }],
      },
    });
    await expect(page.locator('[data-state="live"]')).toBeVisible();
    const reporting = page.getByRole('region', { name: 'Site summary' }).getByRole('button', { name: 'Reporting' });
    await expect(reporting).toContainText(/3\d\s*of 32/);
    const first = engineOf(pid);
    expect(first, 'the process of the engine').toBeDefined();

    // Heard from inside the page: the sentence may stand there for less than a question from outside takes.
    await page.evaluate(() => {
      const heard: string[] = [];
      Object.assign(window, { heard });
      const said = () => document.querySelector('[data-banner="nodata"] b')?.textContent ?? '';
      const state = () => document.querySelector('[data-state]')?.getAttribute('data-state') ?? '';
      new MutationObserver(() => heard.push(`${said()} (${state()})`)).observe(document.body, {
        ...{ childList: true, subtree: true, characterData: true },
      });
    });
    process.kill(first as number, 'SIGKILL');
    const killed = Date.now();
    await expect
      .poll(() => page.evaluate(() => (window as unknown as { heard: string[] }).heard.join('\n')))
      .toContain('Engine stopped; restarting (late)');
    const heard = await page.evaluate(() => (window as unknown as { heard: string[] }).heard.join('\n'));
    expect(heard).not.toContain('Engine stopped; restarting (live)');
    await expect.poll(() => engineOf(pid)).not.toBe(first);
    await expect(page.getByText('Engine stopped; restarting')).toHaveCount(0);
    await expect(reporting).toContainText(/3\d\s*of 32/);
    await expect(page.locator('[data-state="live"]')).toBeVisible();
    test.info().annotations.push({ type: 'ms from the kill until live', description: `${Date.now() - killed}` });

    const all = [pid, ...childrenOf(pid)];
    expect(all.length).toBeGreaterThan(1);
    await close();
    await expect.poll(() => all.filter((id) => existsSync(`/proc/${id}`) && commandOf(id) !== '')).toEqual([]);
  } finally {
    await demo.close();
  }
});
