import { describe, expect, it } from 'vitest';
import { computeFabric } from '../fabric.ts';
import { decodedOf, fed } from '../fleet.fixture.ts';
import { workReport } from './report.ts';

/** A board of node n1 with what works on it, as dcgm-exporter prints it. */
const board = (index: number, work: string, watts: number) =>
  `DCGM_FI_DEV_POWER_USAGE{gpu="${index}",UUID="GPU-${index}",modelName="NVIDIA H200",Hostname="n1"${work}} ${watts}`;
const vllm = (tokens: number) => `vllm:generation_tokens_total{engine="0",model_name="llama"} ${tokens}\n`;
const POD = new Map([
  ['instance', '10.0.0.7:8000'],
  ['namespace', 'inference'],
  ['pod', 'vllm-0'],
]);
const IN_POD = ',container="vllm",namespace="inference",pod="vllm-0"';

function report(...boards: string[]) {
  const { take, at } = fed(`${boards.join('\n')}\n`);
  const server = { key: 'vllm', targetLabels: POD };
  take(vllm(1_000_000), 0, server);
  take(vllm(1_003_000), 10, server);
  const frame = at(10);
  return { frame, ...workReport(frame, computeFabric(frame), new Map()) };
}

describe('workReport', () => {
  it('joins a server to the GPUs of its pod: 300 tokens a second over 600 W', () => {
    const { tokens, frame } = report(board(0, IN_POD, 400), board(1, IN_POD, 200), board(2, '', 700));
    const rack = 'S/Unmapped/Unmapped/Unmapped';
    const row = { servers: 1, gpus: 2, silentGpus: 0, shared: false, tokensPerS: 300, powerW: 600 };
    expect(tokens).toEqual([
      { model: 'llama', rack: '', ...row, tokensPerJoule: 0.5, joulesPerToken: 2 },
      { model: 'llama', rack, ...row, tokensPerJoule: 0.5, joulesPerToken: 2 },
    ]);
    // The pod's own address is no node of the fleet.
    expect(frame.topology.path.filter((path) => path.includes('10.0.0.7'))).toEqual([]);
  });

  it('lists jobs and pods with their power, the largest first', () => {
    const job = ',hpc_job="4711"';
    const { jobs } = report(board(0, IN_POD, 400), board(1, job, 200), board(2, job, 300), board(3, '', 700));
    expect(jobs.map(({ name, gpus, powerW, silentGpus }) => [name, gpus, powerW, silentGpus])).toEqual([
      ['job 4711', 2, 500, 0],
      ['inference/vllm-0', 1, 400, 0],
    ]);
    expect(jobs[0]).toMatchObject({ bound: 'unknown', evidence: ['No use is read'], util: null });
  });

  it('the pod of the exporter itself is no work, and the pod that Prometheus set aside is', () => {
    const own = ',namespace="gpu-operator",pod="nvidia-dcgm-exporter-x"';
    const aside = `${own},exported_namespace="inference",exported_pod="vllm-0"`;
    expect(report(board(0, own, 400)).jobs).toEqual([]);
    const { jobs, tokens } = report(board(0, aside, 400));
    expect(jobs.map(({ name }) => name)).toEqual(['inference/vllm-0']);
    expect(tokens[0].tokensPerJoule).toBe(0.75);
  });

  it('work that ends, and work that comes, is known at the next reading', () => {
    const { take, at } = fed();
    const names = () => at().topology.work.map((work) => work?.pod ?? '');
    take(decodedOf(`${board(0, IN_POD, 400)}\n`));
    expect(names()).toEqual(['vllm-0']);
    take(decodedOf(`${board(0, '', 400)}\n`), 5);
    expect(names()).toEqual(['']);
    take(decodedOf(`${board(0, IN_POD.replace('vllm-0', 'vllm-1'), 400)}\n`), 10);
    expect(names()).toEqual(['vllm-1']);
  });

  it('under a place: what of each job and server is there, and a model’s sum only where all of it is', () => {
    const at = (rack: string) => `,hall="A",row="A1",rack="${rack}"`;
    const two = [board(0, `${IN_POD}${at('R1')}`, 400), board(1, `${IN_POD}${at('R2')}`, 200).replace('n1', 'n2')];
    const { frame } = report(...two, board(2, `,hpc_job="4711"${at('R2')}`, 300).replace('n1', 'n2'));
    const lost = new Map(['S/A/A1/R1', 'S/A/A1/R2'].map((rack) => [rack, { power: 1, thermal: 0, watched: 2 }]));
    const under = (path: string) => {
      const place = frame.topology.path.indexOf(path);
      const { jobs, tokens, ...rest } = workReport(frame, computeFabric(frame), lost, place);
      return [
        jobs.map(({ name, gpus, powerW, nodes }) => [name, gpus, powerW, nodes]),
        tokens.map(({ rack, tokensPerS }) => [rack, tokensPerS]),
        ...[rest.servers.length, rest.lost.map(({ rack }) => rack)],
      ];
    };
    expect(under('S/A/A1')).toEqual([
      [
        ['inference/vllm-0', 2, 600, 2],
        ['job 4711', 1, 300, 1],
      ],
      // 300 tokens a second, by the racks' watts.
      [
        ['', 300],
        ['S/A/A1/R1', 200],
        ['S/A/A1/R2', 100],
      ],
      ...[1, ['S/A/A1/R1', 'S/A/A1/R2']],
    ]);
    expect(under('S/A/A1/R1')).toEqual([
      [['inference/vllm-0', 1, 400, 1]],
      [['S/A/A1/R1', 200]],
      ...[1, ['S/A/A1/R1']],
    ]);
    expect(under('S/A/A1/R2')[2]).toBe(1);
  });
});
