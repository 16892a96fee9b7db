import type { SourceHealth, WorkstationReply } from '../../../shared/contract/sources.ts';
import { ExpositionReader } from '../../../shared/exposition/reader.ts';
import type { Fleet } from '../../../shared/fleet.ts';
import { type ExportersSource, exportersSource } from '../../../shared/settings.ts';
import { Health } from '../health.ts';
import type { Clock, Schedule } from '../schedule.ts';
import type { Source } from './source.ts';
import { type PortCounters, readPorts, readWorkstation } from './workstation.ts';

/** The source's id in lists; users' own ids may be the same word, and then theirs is the one that is read. */
export const WORKSTATION_ID = 'this-workstation';
const TARGET = 'systeminformation';

const quoted = (text: string) => `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`;

/** This machine in the words of its exporters, so that it goes the way of every other node. */
export function workstationText({ host, gpus }: WorkstationReply, ports: readonly PortCounters[]): string {
  const lines: string[] = [];
  gpus.forEach(({ model, powerW, tempC, util }, index) => {
    const labels = `{gpu="${index}",UUID=${quoted(`${host}/gpu${index}`)},modelName=${quoted(model)},hostname=${quoted(host)}}`;
    if (powerW !== null) lines.push(`DCGM_FI_DEV_POWER_USAGE${labels} ${powerW}`);
    if (tempC !== null) lines.push(`DCGM_FI_DEV_GPU_TEMP${labels} ${tempC}`);
    if (util !== null) lines.push(`DCGM_FI_DEV_GPU_UTIL${labels} ${util * 100}`);
  });
  for (const { device, rxBytes, txBytes } of ports) {
    const labels = `{device=${quoted(device)},hostname=${quoted(host)}}`;
    lines.push(
      `node_network_receive_bytes_total${labels} ${rxBytes}`,
      `node_network_transmit_bytes_total${labels} ${txBytes}`,
    );
  }
  return lines.map((line) => `${line}\n`).join('');
}

/** The workstation as a node of the fleet: its GPUs and its network ports. */
export class WorkstationNode implements Source {
  readonly settings: ExportersSource = exportersSource.parse({
    kind: 'exporters',
    id: WORKSTATION_ID,
    name: 'This workstation',
    site: 'Workstation',
  });
  readonly #fleet: Fleet;
  readonly #clock: Clock;
  readonly #health: Health;
  readonly #reader = new ExpositionReader();
  #closed = false;

  constructor(fleet: Fleet, clock: Clock) {
    this.#fleet = fleet;
    this.#clock = clock;
    this.#health = new Health(this.settings);
    this.#health.setTargets([TARGET]);
  }

  start(schedule: Schedule, pollMs: number): void {
    schedule.add({
      id: `${WORKSTATION_ID}\n${TARGET}`,
      intervalMs: pollMs,
      run: () => this.readAll(this.#clock.now()),
    });
  }

  async readAll(time: number): Promise<void> {
    try {
      const [reply, ports] = await Promise.all([readWorkstation(time), readPorts()]);
      if (this.#closed) return;
      const body = new TextEncoder().encode(workstationText(reply, ports));
      const decoded = this.#reader.read(body, 'prometheus');
      const { site } = this.settings;
      const { bad } = this.#fleet.ingest({
        key: TARGET,
        sourceId: WORKSTATION_ID,
        site,
        targetLabels: new Map(),
        decoded,
        time,
      });
      const now = this.#clock.now();
      this.#health.ok(TARGET, { ms: now - time, bytes: body.length, series: decoded.values.length, bad, now });
    } catch (error) {
      this.#health.failed(TARGET, error, this.#clock.now());
      throw error;
    }
  }

  settled(share: number): boolean {
    return this.#health.settled(share);
  }

  health(lines: readonly string[]): SourceHealth {
    return this.#health.report(lines);
  }

  close(): void {
    this.#closed = true;
  }
}
