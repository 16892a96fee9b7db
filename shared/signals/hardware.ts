/** Nameplate values, used only where nothing is reported, and then marked `assumed` (signals.md 9). */
export interface Hardware {
  /** Part of the model name, lower case. */
  readonly match: string;
  /** Watts of one GPU. */
  readonly tdpW: number;
  /** NVLink or xGMI of one GPU, both directions, bytes per second; 0 where there is none. */
  readonly nvlinkBps: number;
  /** PCIe ×16, one direction, bytes per second. */
  readonly pcieBps: number;
  /** The NIC that usually goes with one GPU, one direction, bytes per second; the lesser where both are usual. */
  readonly nicBps: number;
  /** Watts of a whole node per GPU in it: what a silent node is counted at. */
  readonly nodeWPerGpu: number;
  readonly slowdownC: number;
}

/** GB/s of a ×16 slot, one direction, by generation. */
const GEN3 = 15.75;
const GEN4 = 31.5;
const GEN5 = 63;
const GEN6 = 126;

const row = (
  match: string,
  tdpW: number,
  nvlinkGBps: number,
  pcieGBps: number,
  nicGbitps: number,
  nodeWPerGpu: number,
  slowdownC = 87,
): Hardware => ({
  match,
  tdpW,
  nvlinkBps: nvlinkGBps * 1e9,
  pcieBps: pcieGBps * 1e9,
  nicBps: nicGbitps * 0.125e9,
  nodeWPerGpu,
  slowdownC,
});

/** The first that matches wins, so longer names stand before the shorter ones they contain. */
const table: readonly Hardware[] = [
  row('gb300', 1400, 1800, GEN6, 800, 142_000 / 72),
  row('gb200', 1200, 1800, GEN5, 400, 132_000 / 72),
  row('b300', 1200, 1800, GEN6, 800, 1900),
  row('b200', 1000, 1800, GEN5, 400, 14_300 / 8),
  row('h200 nvl', 600, 900, GEN5, 400, 1000),
  row('h200', 700, 900, GEN5, 400, 10_200 / 8),
  row('h100 nvl', 400, 600, GEN5, 200, 700),
  row('h100 pcie', 350, 600, GEN5, 200, 600),
  row('h100', 700, 900, GEN5, 400, 10_200 / 8),
  row('h800', 700, 400, GEN5, 400, 10_200 / 8),
  row('a100-pcie-40gb', 250, 600, GEN4, 100, 450, 92),
  row('a100-pcie', 300, 600, GEN4, 100, 500, 92),
  row('a100 80gb pcie', 300, 600, GEN4, 100, 500, 92),
  row('a100', 400, 600, GEN4, 200, 6500 / 8, 92),
  row('v100-pcie', 250, 0, GEN3, 100, 400, 90),
  row('v100-sxm3', 350, 300, GEN3, 100, 500, 90),
  row('v100', 300, 300, GEN3, 100, 450, 90),
  row('l40s', 350, 0, GEN4, 100, 550, 92),
  row('l40', 300, 0, GEN4, 100, 500, 92),
  row('l4', 72, 0, GEN4, 25, 150, 92),
  row('a10g', 300, 0, GEN4, 25, 450, 92),
  row('a10', 150, 0, GEN4, 25, 300, 92),
  row('t4', 70, 0, GEN3, 25, 150, 93),
  row('mi355', 1400, 1075, GEN5, 400, 2000, 100),
  row('mi350', 1000, 1075, GEN5, 400, 1600, 100),
  row('mi325', 1000, 896, GEN5, 400, 1500, 100),
  row('mi300', 750, 896, GEN5, 400, 1200, 100),
  row('gaudi3 pcie', 600, 1200, GEN5, 600, 1000, 100),
  row('hl-338', 600, 1200, GEN5, 600, 1000, 100),
  row('gaudi3', 900, 1200, GEN5, 600, 1400, 100),
  row('hl-325', 900, 1200, GEN5, 600, 1400, 100),
];

/** The name as a word of its own: an RTX A1000 is no A100, but an MI300X is an MI300. */
function isNamed(name: string, match: string): boolean {
  const at = name.indexOf(match);
  return at >= 0 && !/[a-z0-9]/.test(name[at - 1] ?? '') && !/[0-9]/.test(name[at + match.length] ?? '');
}

const known = new Map<string, Hardware | undefined>();

/** The nameplate of a GPU or node model by its reported name; undefined for one that the table lacks. */
export function hardwareOf(model: string): Hardware | undefined {
  if (known.has(model)) return known.get(model);
  const name = model.toLowerCase();
  const found = table.find(({ match }) => isNamed(name, match));
  if (known.size < 1000) known.set(model, found);
  return found;
}
