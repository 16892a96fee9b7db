import { describe, expect, it } from 'vitest';
import { fed, gpu, T0 } from '../fleet.fixture.ts';
import { frameOf, LOST, times, topologyOf, type Values } from '../frame.fixture.ts';
import type { SignalId } from '../signals/catalogue.ts';
import { GPU } from '../topology.ts';
import { gpuReport } from './gpu-report.ts';
import { xidOf, xids } from './xid.ts';

const topology = topologyOf({ gpus: 2, model: 'NVIDIA H200' });
const place = topology.start[GPU];

function reportOf(values: Partial<Record<SignalId, Values>>) {
  const frame = frameOf(topology, values, T0);
  return gpuReport(frame, Float64Array.of(T0, T0), place);
}
const factOf = (values: Partial<Record<SignalId, Values>>, label: string) => {
  const report = reportOf(values);
  const facts = [report?.identity, report?.now, report?.limits, report?.health, report?.pcie];
  return facts.flatMap((list) => list ?? []).find((fact) => fact.label === label);
};

describe('the report of a GPU', () => {
  it('is none for another kind of place', () => {
    expect(gpuReport(frameOf(topology, {}), new Float64Array(2), 0)).toBeNull();
    expect(gpuReport(frameOf(topology, {}), new Float64Array(2), 99)).toBeNull();
  });

  it('says what is known, and a dash with its quality for what is not', () => {
    const values: Partial<Record<SignalId, Values>> = {
      'gpu.power': [647.4, 1],
      'gpu.powerLimit': times(2, 700),
      'gpu.clock': [LOST, 1],
    };
    const report = reportOf(values);
    expect(report).toMatchObject({ uuid: 'GPU-A1-01-n1-g0', model: 'NVIDIA H200', node: 'A1-01-n1' });
    expect(report).toMatchObject({ rackPath: 'S/A/A1/A1-01', heardAt: T0, reasonsKnown: false, heldBy: [] });
    expect(factOf(values, 'Power')).toMatchObject({ text: '647 W', quality: 'measured', sampled: T0 });
    expect(factOf(values, 'SM clock')).toMatchObject({ text: '—', quality: 'stale', sampled: T0 - 600_000 });
    expect(factOf(values, 'Temperature')).toMatchObject({ text: '—', quality: 'unsupported' });
    // What no exporter gives is not listed among the details.
    expect(factOf(values, 'Tensor pipes active')).toBeUndefined();
  });

  it('says what a temperature near slowdown means', () => {
    const at = (celsius: number) => ({ 'gpu.temp': times(2, celsius), 'gpu.tempLimit': times(2, 87) });
    expect(factOf(at(80), 'Margin to slowdown')).toMatchObject({ text: '7 °C', severity: null });
    expect(factOf(at(84), 'Margin to slowdown')).toMatchObject({ text: '3 °C', severity: 'warning' });
    expect(factOf(at(88), 'Temperature')).toMatchObject({ text: '88 °C', severity: 'critical' });
  });

  it('tells reasons, the worst first, and the share of time from the exporter’s counters', () => {
    const report = reportOf({
      'gpu.throttle': [0x44, 0],
      'gpu.powerThrottle': [0.25, 0],
      'gpu.thermalThrottle': [1.02, 0],
    });
    expect(report?.heldBy).toEqual(['HW thermal', 'SW power cap']);
    expect(report?.residency.map(({ reason, share }) => [reason, share && Number(share.toFixed(2))])).toEqual([
      ['SW power cap', 0.25],
      ['Heat', 1],
      ['HW power brake', null],
      ['Slowest of its group', null],
    ]);
  });

  it('says of an XID what it means and what to do; zero is none', () => {
    expect(factOf({ 'gpu.xid': [0, 0] }, 'Last XID')).toMatchObject({ text: 'None', severity: null, action: '' });
    const fact = factOf({ 'gpu.xid': [79, 0] }, 'Last XID');
    expect(fact).toMatchObject({ text: 'XID 79', severity: 'critical' });
    expect(fact?.meaning).toMatch(/fell off the PCIe bus/);
    expect(fact?.action).toMatch(/Restart the machine/);
  });

  it('tells the flags of the fabric mask, and what few exporters have only where one does', () => {
    // Degraded bandwidth is true (1), route recovery false (2), route unhealthy true, access timeout not supported.
    expect(factOf({ 'gpu.fabricMask': [0b00_01_10_01, 0] }, 'Fabric flags')).toMatchObject({
      ...{ text: 'Degraded bandwidth, Route unhealthy', severity: 'warning' },
    });
    expect(factOf({ 'gpu.fabricMask': [0, 0] }, 'Fabric flags')).toMatchObject({ text: 'None', severity: null });
    expect(factOf({ 'gpu.p2p': [3, 0] }, 'NVLink to peers')).toMatchObject({ text: 'No NVLink in this topology' });
    expect(factOf({ 'gpu.smoothing': [1, 0] }, 'Power smoothing')).toMatchObject({ text: 'On' });
    expect(factOf({ 'gpu.smoothingLife': [0.98, 0] }, 'Smoothing circuitry left')).toMatchObject({ text: '98%' });
    expect(factOf({}, 'Power smoothing')).toBeUndefined();
    const held = reportOf({ 'gpu.boardThrottle': [0.5, 0] })?.residency.at(-1);
    expect(held).toMatchObject({ reason: 'Board limit', share: 0.5 });
  });

  it('says of ECC and row remaps what to do', () => {
    expect(factOf({ 'gpu.eccUncorrected': [0, 0] }, 'ECC, uncorrected')).toMatchObject({ text: '0', severity: null });
    expect(factOf({ 'gpu.eccUncorrected': [2, 0] }, 'ECC, uncorrected')).toMatchObject({
      text: '2',
      severity: 'critical',
    });
    expect(factOf({ 'gpu.remapPending': [1, 0] }, 'Row remap pending')).toMatchObject({
      text: 'Yes',
      severity: 'warning',
    });
    expect(factOf({ 'gpu.recovery': [1, 0] }, 'Recovery action')).toMatchObject({
      text: 'Reset the GPU',
      severity: 'critical',
    });
    expect(factOf({ 'gpu.recovery': [42, 0] }, 'Recovery action')).toMatchObject({ text: 'Code 42' });
  });

  it('says where PCIe trained below what it can, the generation only under load', () => {
    const link = (util: number, gen = 5, width = 16): Partial<Record<SignalId, Values>> => ({
      ...{ 'gpu.pcieGen': times(2, gen), 'gpu.pcieGenMax': times(2, 5), 'gpu.util': times(2, util) },
      ...{ 'gpu.pcieWidth': times(2, width), 'gpu.pcieWidthMax': times(2, 16) },
    });
    expect(factOf(link(0.9), 'PCIe generation')).toMatchObject({ text: '5 of 5', severity: null });
    expect(factOf(link(0.9, 4), 'PCIe generation')).toMatchObject({ text: '4 of 5', severity: 'warning' });
    expect(factOf(link(0.0, 1), 'PCIe generation')).toMatchObject({ text: '1 of 5', severity: null });
    expect(factOf(link(0.0, 5, 8), 'PCIe lanes')).toMatchObject({ text: '8 of 16', severity: 'warning' });
  });

  it('reads the exporter’s own text: XID, ECC, job and namespace', () => {
    const job = ',exported_namespace="train",exported_pod="llm-7",hpc_job="4711"';
    const { at } = fed(
      `DCGM_FI_DEV_POWER_USAGE${gpu('GPU-1', 0, job)} 650\nDCGM_FI_DEV_XID_ERRORS${gpu('GPU-1', 0, job)} 63\n` +
        `DCGM_FI_DEV_ECC_DBE_VOL_TOTAL${gpu('GPU-1', 0, job)} 1\n`,
    );
    const frame = at();
    const report = gpuReport(frame, Float64Array.of(T0), frame.topology.path.indexOf('GPU-1'));
    expect(report?.works).toEqual([{ namespace: 'train', pod: 'llm-7', job: '4711' }]);
    expect(report?.health.find(({ label }) => label === 'Last XID')?.text).toBe('XID 63');
    expect(report?.health.find(({ label }) => label === 'ECC, uncorrected')?.text).toBe('1');
  });
});

describe('the table of XIDs', () => {
  it('has each code once, with words for both', () => {
    expect(new Set(xids.map(({ code }) => code)).size).toBe(xids.length);
    for (const { code, meaning, action } of xids) {
      expect(meaning.length, `${code}`).toBeGreaterThan(10);
      expect(action, `${code}`).toMatch(/\.$/);
    }
  });

  // First actions of NVIDIA's catalog for Ampere and newer.
  it.each([
    [43, /Nothing to do/],
    [63, /Reset the GPU at the next drain/],
    [79, /Restart the machine/],
    [94, /Restart the job/],
    [95, /reset the GPU/],
    [119, /reset the GPU/],
    [54, /power cables/],
    [133, /Restart the job/],
  ])('XID %i', (code, action) => {
    expect(xidOf(code).action).toMatch(action);
  });

  it('says of a code that it does not know it', () => {
    expect(xidOf(9999)).toMatchObject({ code: 9999, severity: 'warning' });
    expect(xidOf(9999).meaning).toMatch(/not in/);
  });
});
