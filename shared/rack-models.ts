/** What a device of a rack is: with GPUs, an NVLink switch, a power shelf. */
export const DEVICE_KINDS = ['compute', 'switch', 'power'] as const;
export type DeviceKind = (typeof DEVICE_KINDS)[number];

/** What a rack of a model is made of (signals.md 9). */
export interface RackModel {
  readonly name: string;
  readonly heightU: number;
  /** How many devices of each kind it has. */
  readonly devices: Readonly<Record<DeviceKind, number>>;
  readonly gpusPerTray: number;
  /** Its devices from the lowest unit up, each one unit high. Which unit it begins at differs by site. */
  readonly order: readonly (readonly [kind: DeviceKind, count: number])[];
}

/**
 * An NVL72: 18 compute trays of 4 GPUs, 9 switch trays, 8 power shelves (sites have 6 to 8), compute above and below the
 * switches. The order is the usual one; a `u` in topology.csv stands before it.
 */
const NVL72: RackModel = {
  name: 'NVL72',
  heightU: 48,
  devices: { compute: 18, switch: 9, power: 8 },
  gpusPerTray: 4,
  order: [
    ['power', 4],
    ['compute', 8],
    ['switch', 9],
    ['compute', 10],
    ['power', 4],
  ],
};

/** The rack model that a text names, such as "GB200 NVL72"; undefined for one without a profile. */
export function rackModelOf(text: string): RackModel | undefined {
  return /(^|[^a-z0-9])nvl\s?72($|[^0-9])/i.test(text) ? NVL72 : undefined;
}
