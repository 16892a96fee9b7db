import { describe, expect, it } from 'vitest';
import { demoFiles, FakeViewer, helloOf, playedHub, settle } from './hub.fixture.ts';
import { givenSource } from './run-sources.ts';
import { defaultSettings } from './settings.ts';

describe('routing', () => {
  it('gives each viewer its own answers, though both count their calls alike', () => {
    const { hub, engines } = playedHub();
    engines[0].say({ kind: 'ready' });
    const [a, b] = [new FakeViewer(hub), new FakeViewer(hub)];
    a.call(1, 'layout');
    b.call(1, 'layout');
    const [, callA, callB] = engines[0].calls();
    engines[0].say({ kind: 'reply', viewer: callB.viewer, id: callB.id, ok: true, value: 'for b' });
    engines[0].say({ kind: 'reply', viewer: callA.viewer, id: callA.id, ok: true, value: 'for a' });
    expect(a.reply(1)).toEqual({ id: 1, ok: true, value: 'for a' });
    expect(b.reply(1)).toEqual({ id: 1, ok: true, value: 'for b' });
  });

  it('hands a frame on without a copy, to its viewer only', () => {
    const { hub, engines } = playedHub();
    engines[0].say({ kind: 'ready' });
    const [a, b] = [new FakeViewer(hub), new FakeViewer(hub)];
    const bytes = new Uint8Array([1, 2, 3]);
    const opened = engines[0].sent.filter((message) => message.kind === 'open');
    engines[0].say({ kind: 'event', viewer: opened[1].viewer, name: 'frame', value: bytes });
    const frame = a.heard.find((message) => 'event' in message && message.event === 'frame');
    expect(frame && 'value' in frame && frame.value).toBe(bytes);
    expect(b.heard.filter((message) => 'event' in message && message.event === 'frame')).toEqual([]);
  });

  it('names host, version and the role of who asks in hello', () => {
    const { hub, engines } = playedHub();
    engines[0].say({ kind: 'ready' });
    const wall = new FakeViewer(hub, 'read');
    wall.call(7, 'hello');
    engines[0].answer('hello', helloOf());
    expect(wall.reply(7)).toMatchObject({ ok: true, value: { host: 'serve', version: '1.2.3', role: 'read' } });
  });

  it('holds what is asked while the first engine starts, and sends it once', () => {
    const { hub, engines } = playedHub();
    const viewer = new FakeViewer(hub);
    viewer.call(1, 'layout');
    expect(engines[0].sent).toEqual([]);
    engines[0].say({ kind: 'ready' });
    expect(engines[0].calls('layout')).toHaveLength(1);
    expect(engines[0].sent[0]).toMatchObject({ kind: 'open', role: 'operate' });
  });

  it('answers calls that do not exist, that a wall may not make, and too many, and drops what is no call', () => {
    const { hub, engines } = playedHub();
    engines[0].say({ kind: 'ready' });
    const before = engines[0].sent.length;
    const wall = new FakeViewer(hub, 'read');
    for (const name of ['constructor', '__proto__', 'shutdown', '']) wall.call(1, name);
    wall.call(2, 'saveSettings', { settings: defaultSettings });
    wall.call(3, 'openDemo');
    for (const junk of [null, 1, 'x', [], {}, { id: 'a', call: 'hello' }, { id: 1.5, call: 'hello' }])
      wall.link.receive(junk);
    const faults = wall.heard.flatMap((message) => ('id' in message && !message.ok ? [message.fault.code] : []));
    expect(faults).toEqual([...Array(4).fill('unknown-call'), 'forbidden', 'forbidden']);
    expect(engines[0].sent.length).toBe(before + 1);
    for (let id = 100; id < 400; id += 1) wall.call(id, 'layout');
    expect(wall.reply(355)).toBeUndefined();
    expect(wall.reply(356)).toMatchObject({ ok: false, fault: { code: 'too-many-calls' } });
  });

  it('tells the engine of a viewer that left, and answers it no more', () => {
    const { hub, engines } = playedHub();
    engines[0].say({ kind: 'ready' });
    const viewer = new FakeViewer(hub);
    viewer.call(1, 'layout');
    viewer.link.close();
    viewer.link.close();
    engines[0].answer('layout', {});
    expect(viewer.reply(1)).toBeUndefined();
    expect(engines[0].sent.filter((message) => message.kind === 'close')).toHaveLength(1);
  });
});

describe('an engine that dies', () => {
  it('is told to viewers, answered for, started again, and opened with the same viewers', () => {
    const { hub, engines, clock } = playedHub();
    engines[0].say({ kind: 'ready' });
    const viewer = new FakeViewer(hub, 'read');
    viewer.call(1, 'layout');
    engines[0].die('exit code 9');
    expect(viewer.reply(1)).toMatchObject({ ok: false, fault: { code: 'engine-restarting' } });
    expect(viewer.heard.at(-1)).toMatchObject({ event: 'engine', value: { state: 'down', reason: 'exit code 9' } });
    viewer.call(2, 'layout');
    expect(viewer.reply(2)).toMatchObject({ ok: false, fault: { code: 'engine-restarting' } });
    clock.pass(249);
    expect(engines).toHaveLength(1);
    clock.pass(1);
    expect(engines).toHaveLength(2);
    engines[1].say({ kind: 'ready' });
    expect(engines[1].sent.filter((message) => message.kind === 'open').map(({ role }) => role)).toEqual([
      'operate',
      'read',
    ]);
    expect(viewer.heard.at(-1)).toMatchObject({ event: 'engine', value: { state: 'up', starts: 2, reason: '' } });
  });

  it('waits 0.25 s doubling to 30 s, and the first time again after 60 s of health', () => {
    const { engines, clock } = playedHub();
    const waits: number[] = [];
    for (let life = 0; life < 9; life += 1) {
      const from = clock.time;
      engines.at(-1)?.die();
      const count = engines.length;
      while (engines.length === count) clock.pass(50);
      waits.push(clock.time - from);
    }
    expect(waits).toEqual([250, 500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
    const healthy = engines.at(-1);
    healthy?.say({ kind: 'ready' });
    for (let second = 0; second < 60; second += 1) {
      clock.pass(1000);
      healthy?.say({ kind: 'beat' });
    }
    const count = engines.length;
    healthy?.die();
    clock.pass(250);
    expect(engines).toHaveLength(count + 1);
  });

  it('is killed when it beats no more for 10 s, and its late words are not heard', () => {
    const { hub, engines, clock } = playedHub();
    engines[0].say({ kind: 'ready' });
    const viewer = new FakeViewer(hub);
    clock.pass(9000);
    engines[0].say({ kind: 'beat' });
    clock.pass(9500);
    expect(engines[0].killed).toBe(false);
    clock.pass(500);
    expect(engines[0].killed).toBe(true);
    expect(hub.engine()).toMatchObject({ state: 'down', reason: 'The engine did not answer for 10 s' });
    clock.pass(250);
    engines[0].say({ kind: 'ready' });
    engines[0].die();
    expect(hub.engine()).toMatchObject({ state: 'down', starts: 2 });
    expect(engines).toHaveLength(2);
    expect(viewer.heard.filter((message) => 'event' in message)).toHaveLength(2);
  });

  it('is waited for longer after every hang, until one was sound for 60 s', () => {
    const { engines, clock } = playedHub();
    const patience = () => {
      const engine = engines.at(-1);
      engine?.say({ kind: 'ready' });
      let seconds = 0;
      for (; !engine?.killed; seconds += 1) clock.pass(1000);
      clock.pass(30_000);
      return seconds;
    };
    expect([patience(), patience(), patience(), patience(), patience()]).toEqual([10, 20, 40, 80, 80]);
    const sound = engines.at(-1);
    sound?.say({ kind: 'ready' });
    for (let second = 0; second < 60; second += 1) {
      clock.pass(1000);
      sound?.say({ kind: 'beat' });
    }
    sound?.die();
    clock.pass(30_000);
    expect(patience()).toBe(10);
  });

  it('leaves no timer and no process behind when the hub closes', async () => {
    const { hub, engines, demos, clock } = playedHub({ demo: true });
    engines[0].say({ kind: 'ready' });
    const viewer = new FakeViewer(hub);
    viewer.call(1, 'layout');
    hub.close();
    await settle();
    expect(clock.waiting()).toBe(0);
    expect([engines[0].killed, demos[0].killed]).toEqual([true, true]);
    expect(viewer.reply(1)).toMatchObject({ ok: false, fault: { code: 'host-stopping' } });
  });
});

describe('sources of the run', () => {
  it('are given to every engine, not kept', () => {
    const source = givenSource('http://prom.example:9090/prometheus');
    const { engines, clock } = playedHub({ sources: [source] });
    engines[0].say({ kind: 'ready' });
    engines[0].die();
    clock.pass(250);
    engines[1].say({ kind: 'ready' });
    for (const engine of engines)
      expect(engine.calls('saveSource').map(({ arg }) => arg)).toEqual([{ source, keep: false }]);
  });

  it('are http and https without a user name', () => {
    expect(givenSource('http://prom.example:9090/prometheus')).toMatchObject({
      name: 'prom.example:9090',
      id: 'given',
    });
    for (const url of ['prom:9090', 'file:///etc/passwd', 'http://user:word@host/', ''])
      expect(() => givenSource(url), url).toThrow();
  });
});

describe('the demo fleet', () => {
  it('opens on a call: started once, remembered, given to the engine, and given again after a restart', async () => {
    const given = givenSource('http://prom:9090');
    const { hub, engines, demos, clock } = playedHub({ sources: [given] });
    engines[0].say({ kind: 'ready' });
    engines[0].answer('hello', helloOf());
    const viewer = new FakeViewer(hub);
    viewer.call(1, 'openDemo');
    viewer.call(2, 'openDemo', { nodes: 3 });
    expect(viewer.reply(2)).toMatchObject({ ok: false, fault: { code: 'bad-argument' } });
    demos[0].resolve(demoFiles);
    await settle();
    expect(engines[0].calls('saveSource').at(-1)?.arg).toMatchObject({
      keep: false,
      source: { id: 'demo', kind: 'exporters', files: ['/demo/targets.json'], topologyFile: '/demo/topology.csv' },
    });
    engines[0].answer('saveSource', defaultSettings);
    await settle();
    engines[0].answer('hello', helloOf({ sources: [given] }));
    await settle();
    // What is of this run only is not written down with it.
    expect(engines[0].calls('saveSettings').at(-1)?.arg).toMatchObject({ settings: { demo: true, sources: [] } });
    engines[0].answer('saveSettings', { ...defaultSettings, demo: true });
    await settle();
    expect(viewer.reply(1)).toMatchObject({ ok: true, value: { demo: true } });

    engines[0].die();
    clock.pass(250);
    engines[1].say({ kind: 'ready' });
    await settle();
    expect(demos).toHaveLength(1);
    expect(engines[1].calls('saveSource').at(-1)?.arg).toMatchObject({ keep: false, source: { id: 'demo' } });
  });

  it('opens with the console when the settings say so, or when asked for on the command line', async () => {
    const remembered = playedHub();
    remembered.engines[0].say({ kind: 'ready' });
    remembered.engines[0].answer('hello', helloOf({ demo: true }));
    await settle();
    expect(remembered.demos).toHaveLength(1);
    const asked = playedHub({ demo: true });
    asked.demos[0].resolve(demoFiles);
    asked.engines[0].say({ kind: 'ready' });
    await settle();
    expect(asked.engines[0].calls('saveSource')).toHaveLength(1);
    expect(asked.engines[0].calls('saveSettings')).toHaveLength(0);
    const neither = playedHub();
    neither.engines[0].say({ kind: 'ready' });
    neither.engines[0].answer('hello', helloOf());
    await settle();
    expect(neither.demos).toHaveLength(0);
  });

  it('says why it did not start, and may be tried again', async () => {
    const { hub, engines, demos } = playedHub();
    engines[0].say({ kind: 'ready' });
    const viewer = new FakeViewer(hub);
    viewer.call(1, 'openDemo');
    demos[0].reject(new Error('no free port'));
    await settle();
    expect(viewer.reply(1)).toMatchObject({
      ok: false,
      fault: { code: 'demo-failed', message: 'The demo fleet did not start: no free port' },
    });
    viewer.call(2, 'openDemo');
    expect(demos).toHaveLength(2);
  });

  it('is started again when it dies, and its new files are given', async () => {
    const { engines, demos, clock } = playedHub({ demo: true });
    demos[0].resolve(demoFiles);
    engines[0].say({ kind: 'ready' });
    await settle();
    demos[0].die();
    clock.pass(250);
    demos[1].resolve({ ...demoFiles, targetsFile: '/demo/2.json' });
    await settle();
    expect(engines[0].calls('saveSource').at(-1)?.arg).toMatchObject({ source: { files: ['/demo/2.json'] } });
  });

  it('closes: fleet ended, source removed, forgotten', async () => {
    const { hub, engines, demos } = playedHub({ demo: true });
    demos[0].resolve(demoFiles);
    engines[0].say({ kind: 'ready' });
    await settle();
    const viewer = new FakeViewer(hub);
    viewer.call(1, 'closeDemo');
    expect(demos[0].killed).toBe(true);
    engines[0].answer('removeSource', defaultSettings);
    await settle();
    engines[0].answer('hello', helloOf({ demo: true }));
    await settle();
    engines[0].answer('saveSettings', defaultSettings);
    await settle();
    expect(viewer.reply(1)).toMatchObject({ ok: true, value: { demo: false } });
  });
});
