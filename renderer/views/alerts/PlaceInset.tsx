import type { LayoutDocument } from '../../../shared/contract.ts';
import { HALL, NODE, RACK, ROW } from '../../../shared/topology.ts';
import { ancestorAt, labelOf, levelOf } from '../places.ts';
import charts from './alert-charts.module.css';

const CELL = { w: 14, h: 10, gap: 2 };
const LINE = 16;
const LABEL = 44;

/** Where it is: the racks of its hall as they stand, those of the object filled. */
export function PlaceInset({ layout, place }: { layout: LayoutDocument; place: number }) {
  const hall = ancestorAt(layout, place, HALL);
  if (hall < 0) return null;
  const rows = placesOf(layout, ROW).filter((row) => layout.parent[row] === hall);
  const lines = rows.map((row) => placesOf(layout, RACK).filter((rack) => layout.parent[rack] === row));
  const width = LABEL + Math.max(...lines.map((racks) => racks.length), 1) * (CELL.w + CELL.gap);
  const height = rows.length * LINE + 2;
  const level = levelOf(layout, place);
  const own = (rack: number) =>
    level >= RACK ? ancestorAt(layout, place, RACK) === rack : ancestorAt(layout, rack, level) === place;
  return (
    <figure className={charts.inset}>
      <figcaption>{labelOf(layout, hall)}</figcaption>
      <svg
        width={width}
        height={height}
        viewBox={`0 0 ${width} ${height}`}
        role="img"
        aria-label={`${labelOf(layout, place)} in ${labelOf(layout, hall)}`}
      >
        {rows.map((row, index) => (
          <g key={row} transform={`translate(0,${index * LINE + 2})`}>
            <text className={charts.axis} y={CELL.h - 1}>
              {layout.name[row]}
            </text>
            {lines[index].map((rack, at) => (
              <rect
                key={rack}
                className={own(rack) ? charts.insetOwn : charts.insetRack}
                x={LABEL + at * (CELL.w + CELL.gap)}
                width={CELL.w}
                height={CELL.h}
              />
            ))}
          </g>
        ))}
      </svg>
    </figure>
  );
}

function placesOf({ start }: LayoutDocument, level: typeof ROW | typeof RACK): number[] {
  return Array.from(
    { length: (level === RACK ? start[NODE] : start[RACK]) - start[level] },
    (_, i) => start[level] + i,
  );
}
