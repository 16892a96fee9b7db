// heatmap-update: recolouring cells with gaps, script time on the main thread, beside ECharts in the same page.
import { join } from 'node:path';
import { browserFlags, testBrowser } from '../browser.mjs';
import { bundle } from './bundle.mjs';
import { peer, row, sizesOf } from './peer.mjs';

/** Runs in the page: both recolour the same number of cells in turn; medians in milliseconds. */
async function compare(size) {
  const place = () => {
    const holder = document.createElement('div');
    holder.style.cssText = 'width:1400px;height:800px';
    document.body.append(holder);
    return holder;
  };
  const canvas = document.createElement('canvas');
  canvas.width = 1400;
  canvas.height = 800;
  document.body.append(canvas);
  const { bytes, update } = window.fleetwattMeasure.heatmap(canvas, size);
  const columns = Math.ceil(Math.sqrt((size * 1400) / 800));
  const data = (seed) =>
    Array.from({ length: size }, (_, i) => [
      i % columns,
      Math.floor(i / columns),
      i % 997 === 0 ? '-' : (i * 31 + seed * 7) % 243,
    ]);
  const chart = window.echarts.init(place(), null, { renderer: 'canvas' });
  chart.setOption({
    animation: false,
    xAxis: { type: 'category', show: false },
    yAxis: { type: 'category', show: false },
    visualMap: { min: 0, max: 243, show: false },
    series: [{ type: 'heatmap', data: data(0), progressive: 0, itemStyle: { borderWidth: 1, borderColor: '#101418' } }],
  });
  const median = (values) => values.sort((a, b) => a - b)[values.length >> 1];
  const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
  const [ours, theirs] = [[], []];
  for (let seed = 0; seed < 3; seed++) update(bytes(seed));
  for (let round = 1; round <= 5; round++) {
    const next = data(round);
    await frame();
    let begin = performance.now();
    chart.setOption({ series: [{ data: next }] });
    chart.getZr().flush();
    theirs.push(performance.now() - begin);
    for (let again = 0; again < 5; again++) {
      const own = bytes(round * 10 + again);
      await frame();
      begin = performance.now();
      update(own);
      ours.push(performance.now() - begin);
    }
  }
  return { ours: median(ours), theirs: median(theirs) };
}

/** By performance.md for 100,000 cells; fewer only have to be no slower than the peer. */
const goalOf = (cells) => (cells >= 100_000 ? 200 : 1);

/** A row for each number of cells up to `size`, or for one of `gpus`. */
export async function heatmapRow({ size, gpus }) {
  const [script, { chromium }] = await Promise.all([
    bundle('renderer/draw/measure-page.ts', 'heatmap', true),
    import('playwright'),
  ]);
  const browser = await chromium.launch({ executablePath: await testBrowser(), args: browserFlags() });
  const found = [];
  try {
    for (const cells of sizesOf(size, gpus)) {
      const page = await browser.newPage({ viewport: { width: 1500, height: 1700 } });
      await page.addScriptTag({ path: join(peer('echarts'), 'dist', 'echarts.min.js') });
      await page.addScriptTag({ path: script });
      const { ours, theirs } = await page.evaluate(compare, cells);
      await page.close();
      const workload = `${cells.toLocaleString('en-US')} cells with gaps, 1400 × 800`;
      found.push(row('heatmap-update', workload, ours, theirs, 'ECharts 6', goalOf(cells)));
    }
    return found;
  } finally {
    await browser.close();
  }
}
