import type { SignalId } from '../signals/catalogue.ts';

/** What a filter may ask of a GPU. Numbers are in the unit in which screens show them. */
export const FIELDS = [
  { name: 'power', unit: 'W', text: false, says: 'board power' },
  { name: 'limit', unit: 'W', text: false, says: 'enforced power limit' },
  { name: 'util', unit: '%', text: false, says: 'GPU busy, share of time' },
  { name: 'temp', unit: '°C', text: false, says: 'GPU temperature' },
  { name: 'margin', unit: '°C', text: false, says: 'distance to the slowdown temperature' },
  { name: 'clock', unit: 'MHz', text: false, says: 'SM clock' },
  { name: 'mem', unit: '%', text: false, says: 'frame buffer used' },
  { name: 'nvlink', unit: 'GB/s', text: false, says: 'NVLink, both directions' },
  { name: 'nic', unit: '%', text: false, says: 'busiest network port of its node, share of its rate' },
  { name: 'budget', unit: '%', text: false, says: 'draw of its rack, share of the budget' },
  { name: 'draw', unit: 'kW', text: false, says: 'draw of its rack' },
  { name: 'age', unit: 's', text: false, says: 'since it was last heard' },
  { name: 'state', unit: '', text: true, says: 'none, idle, user, powerCap, swThermal, hwThermal or powerBrake' },
  { name: 'site', unit: '', text: true, says: 'site' },
  { name: 'hall', unit: '', text: true, says: 'hall' },
  { name: 'row', unit: '', text: true, says: 'row' },
  { name: 'rack', unit: '', text: true, says: 'rack' },
  { name: 'node', unit: '', text: true, says: 'node' },
  { name: 'gpu', unit: '', text: true, says: 'UUID' },
  { name: 'model', unit: '', text: true, says: 'model' },
  { name: 'job', unit: '', text: true, says: 'scheduler’s job' },
  { name: 'pod', unit: '', text: true, says: 'pod' },
  { name: 'namespace', unit: '', text: true, says: 'namespace' },
] as const;

export type FieldName = (typeof FIELDS)[number]['name'];

export interface Field {
  readonly name: FieldName;
  readonly unit: string;
  readonly text: boolean;
  readonly says: string;
}

/** The field of a name, whatever its case. */
export const fieldOf = (name: string): Field | undefined => FIELDS.find((field) => field.name === name.toLowerCase());

/** Fields that are a column of the frame: its signal, and how many of the column's units make one of the screen's. */
export const COLUMN_FIELDS: Readonly<Partial<Record<FieldName, readonly [SignalId, number]>>> = {
  power: ['gpu.power', 1],
  limit: ['gpu.powerLimit', 1],
  util: ['gpu.util', 0.01],
  temp: ['gpu.temp', 1],
  clock: ['gpu.clock', 1],
  nvlink: ['gpu.nvlink', 1e9],
};
