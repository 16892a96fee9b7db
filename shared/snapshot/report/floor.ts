import { formatPercent, formatPower, formatPowerPair } from '../../format.ts';
import { withEdge } from '../../limit-stops.ts';
import { labelOf } from '../../members.ts';
import { HALL, RACK, ROW } from '../../topology.ts';
import type { FleetInstant } from '../../view.ts';
import type { Snapshot } from '../document.ts';
import { SHAPES } from './glyphs.ts';
import { type Markup, markup, NOTHING } from './markup.ts';
import { stepOfShare } from './style.ts';
import { severityOf, under } from './told.ts';

const [WIDTH, LEFT, GAP, MOST] = [490, 40, 4, 10];

/** Racks where they stand, hall by hall, each with its share of its budget, or with its draw where it has none. */
export function floorPlan(moment: FleetInstant, limits: Snapshot['papers']['limits']): Markup {
  const { topology } = moment.frame;
  const halls: Markup[] = [];
  for (let hall = topology.start[HALL]; hall < topology.start[ROW]; hall++) halls.push(drawHall(moment, limits, hall));
  return markup`<div class="halls">${halls}</div>`;
}

function drawHall(moment: FleetInstant, limits: Snapshot['papers']['limits'], hall: number): Markup {
  const { topology } = moment.frame;
  const draw = moment.power.drawW[hall];
  const budget = topology.budgetW[hall];
  const rows = under(topology, ROW, hall);
  const large = rows.length <= 3 ? 74 : 46;
  let y = 2;
  const drawn = rows.map((row) => {
    const racks = under(topology, RACK, row);
    const lines = Math.max(1, Math.ceil(racks.length / MOST));
    const each = Math.max(1, Math.ceil(racks.length / lines));
    const top = y;
    y += lines * (large + GAP) + 2;
    const width = (WIDTH - LEFT) / each;
    const boxes = racks.map((_, i) => {
      const x = LEFT + (i % each) * width;
      return { x, y: top + Math.floor(i / each) * (large + GAP), w: width - GAP, h: large };
    });
    const cells = racks.map((rack, i) => cell(moment, limits, rack, boxes[i]));
    // Over all cells, or the next one would cover it.
    const marks = racks.map((rack, i) => {
      const share = moment.power.drawW[rack] / topology.budgetW[rack];
      return severityOf(share, limits) === 'critical' ? mark(boxes[i]) : NOTHING;
    });
    return markup`<text class="row" x="0" y="${top + large / 2 + 4}">${cut(topology.name[row], LEFT - 6)}</text>${cells}${marks}`;
  });
  const share = draw / budget;
  const words = Number.isNaN(budget)
    ? formatPower(draw)
    : `${formatPowerPair(draw, budget)}, ${formatPercent(share, 1)}`;
  const atLeast = moment.power.atLeast[hall] === 1 ? '≥ ' : '';
  const name = `${labelOf(topology, hall)}: racks by their share of their budget. The numbers stand in the table "All racks".`;
  return markup`<figure><figcaption><b>${labelOf(topology, hall)}</b> ${Number.isNaN(draw) ? 'no data' : `${atLeast}${words}`}</figcaption><svg viewBox="0 0 ${WIDTH} ${y + 4}" role="img" aria-label="${name}">${drawn}</svg></figure>`;
}

interface Box {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

function cell(moment: FleetInstant, limits: Snapshot['papers']['limits'], rack: number, box: Box): Markup {
  const { topology } = moment.frame;
  const { drawW, gpuCount, gpuLive } = moment.power;
  const [x, w] = [Math.round(box.x), Math.round(box.w)];
  const { y, h } = box;
  const share = drawW[rack] / topology.budgetW[rack];
  const lost = Number.isNaN(drawW[rack]);
  const fill = lost
    ? 'lost-cell'
    : Number.isNaN(share)
      ? 'plain'
      : `s${stepOfShare(withEdge(share, limits.warnRatio))}`;
  const value = lost
    ? 'No data'
    : Number.isNaN(share)
      ? formatPower(drawW[rack], 'rack')
      : formatPercent(share, 1).replace('%', '');
  const partly = !lost && gpuLive[rack] < gpuCount[rack];
  return markup`<g class="${fill}"><title>${topology.path[rack]}: ${lost || Number.isNaN(share) ? value : `${value}%`}</title><rect class="cell" x="${x}" y="${y}" width="${w}" height="${h}"/>${lost ? markup`<rect class="hatch" x="${x}" y="${y}" width="${w}" height="${h}" fill="url(#hatch)"/>` : NOTHING}${partly ? markup`<rect class="part" x="${x + w - 9}" y="${y}" width="9" height="${h}"/><rect x="${x + w - 9}" y="${y}" width="9" height="${h}" fill="url(#hatch)"/>` : NOTHING}<text x="${x + 5}" y="${y + h / 2 - 3}" class="id">${cut(topology.name[rack], w - (partly ? 16 : 8))}</text><text x="${x + 5}" y="${y + h / 2 + 13}" class="v">${value}</text></g>`;
}

/** Colour is never alone: a critical rack has an outline and its shape. */
function mark({ y, h, ...box }: Box): Markup {
  const [x, w] = [Math.round(box.x), Math.round(box.w)];
  return markup`<rect class="outline" x="${x - 1}" y="${y - 1}" width="${w + 2}" height="${h + 2}"/><g transform="translate(${x + w - 9},${y - 3})">${SHAPES.critical}</g>`;
}

/** Width of a letter of the cells in the drawing's units. */
const LETTER = 6.1;

/** A name that has to fit: its end tells racks of a row apart, so the beginning goes. */
function cut(name: string, width: number): string {
  const most = Math.max(3, Math.floor(width / LETTER));
  return name.length <= most ? name : `…${name.slice(name.length - most + 1)}`;
}
