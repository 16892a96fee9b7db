import { expect, test } from 'vitest';
import { systemClock } from '../../electron/engine/clock.ts';
import { brakedRack, GPUS } from './braked-rack.fixture.ts';
import { startEngine } from './engine.ts';

test('the HW power brake on 40 GPUs of a rack is one incident in the first frame after they were scraped', async () => {
  const fleet = await brakedRack();
  const engine = startEngine({ pollMs: 1000, sources: [fleet.source] }, systemClock);
  try {
    const live = engine.until(({ summary }) => summary.gpusReporting === GPUS + 8);
    await engine.call('watch', { signal: 'power', gpus: false, racks: [] });
    expect((await live).findings).toEqual([]);
    const at = (await engine.call('layout', {})).path.indexOf('S/A/A1/A1-01');
    const pulled = fleet.pull();
    // The oldest sample of the rack is of after the brake: all of its boards were scraped since.
    const { findings, alerts } = await engine.until((frame) => (frame.sampledAt[at] ?? 0) > pulled);
    expect(findings.map(({ severity, title }) => `${severity} ${title}`)).toEqual([
      'critical 40 GPUs in HW power brake',
    ]);
    expect(alerts.counts).toMatchObject({ critical: 40, incidents: 1 });
  } finally {
    engine.remove();
    fleet.close();
  }
});
