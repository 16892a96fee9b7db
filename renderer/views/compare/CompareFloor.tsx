import { useMemo, useRef } from 'react';
import type { Difference, PlaceDifference } from '../../../shared/compare.ts';
import type { LayoutDocument } from '../../../shared/contract.ts';
import { formatChange, formatPower } from '../../../shared/format.ts';
import { nameInFleet } from '../../../shared/place-names.ts';
import { HALL, NODE, RACK, ROW } from '../../../shared/topology.ts';
import { changeColor } from '../../draw/diverging.ts';
import { inkOn } from '../../draw/palette.ts';
import { useSize } from '../../draw/use-size.ts';
import type { Theme } from '../../theme/theme.ts';
import { type Box, floorOf } from '../overview/floor-plan/layout.ts';
import { RackCells } from '../overview/floor-plan/RackCells.tsx';
import { hallTitle } from '../places.ts';
import styles from './compare.module.css';

interface Props {
  /** Places of both sides together (`placesOfBoth`). */
  readonly layout: LayoutDocument;
  readonly difference: Difference;
  /** The change that has the strongest colour, watts. */
  readonly scaleW: number;
  readonly theme: Theme;
  readonly selected: string;
  readonly onSelect: (path: string) => void;
  readonly onOpen?: (path: string) => void;
  /** What the sides are called. */
  readonly sides?: SideWords;
}

type SideWords = Readonly<Record<'before' | 'after', string>>;
const SIDES: SideWords = { before: 'at A', after: 'at B' };

/** The floor plan by how much each rack draws more or less, with a hidden grid for keyboard and speech. */
export function CompareFloor(props: Props) {
  const { layout, difference, onOpen, sides = SIDES, ...rest } = props;
  const holder = useRef<HTMLDivElement>(null);
  const size = useSize(holder);
  const floor = useMemo(() => floorOf(layout, size.width, size.height), [layout, size]);
  const byPath = useMemo(() => new Map(difference.places.map((place) => [place.path, place])), [difference]);
  const of = (place: number) => byPath.get(layout.path[place]);
  const places = (level: number) =>
    Array.from({ length: layout.start[level + 1] - layout.start[level] }, (_, i) => layout.start[level] + i);
  return (
    <div ref={holder} className={styles.floor}>
      {size.width === 0 ? null : (
        <svg width={size.width} height={size.height} role="img" aria-label={spoken(difference, sides)}>
          <Patterns />
          {places(HALL).map((hall) => (
            <HallLabel key={hall} box={floor.boxes.get(hall)} name={hallTitle(layout, hall)} difference={of(hall)} />
          ))}
          {floor.labels.left === 0
            ? null
            : places(ROW).map((row) => (
                <RowLabel
                  key={row}
                  box={floor.boxes.get(row)}
                  name={layout.name[row]}
                  difference={of(row)}
                  flat={floor.labels.right > 0}
                />
              ))}
          {places(RACK).map((rack) => (
            <Rack
              key={rack}
              {...{ ...rest, sides }}
              box={floor.boxes.get(rack)}
              name={layout.name[rack]}
              difference={of(rack)}
            />
          ))}
        </svg>
      )}
      <RackCells
        label="Change of draw, racks by row"
        layout={layout}
        chosen={layout.path.indexOf(props.selected, layout.start[RACK])}
        spoken={(rack) => spokenOf(nameInFleet(layout, rack), of(rack), sides)}
        onReach={(rack) => props.onSelect(layout.path[rack])}
        onOpen={(rack) => onOpen?.(layout.path[rack])}
      />
    </div>
  );
}

/** "Rack A2-05, 1.2 kW more, 5.0 kW at A, 6.2 kW at B, silent GPUs at nameplate"; "Rack A2-05, only at A, 5.0 kW". */
export function spokenOf(name: string, difference: PlaceDifference | undefined, sides = SIDES): string {
  const { has = 'both', changeW = Number.NaN, ownBeforeW = Number.NaN, ownAfterW = Number.NaN } = difference ?? {};
  const watts = (value: number) => (Number.isNaN(value) ? 'no data' : formatPower(value, 'rack'));
  if (has !== 'both') return `Rack ${name}, only ${sides[has]}, ${watts(has === 'before' ? ownBeforeW : ownAfterW)}`;
  const both = `${watts(ownBeforeW)} ${sides.before}, ${watts(ownAfterW)} ${sides.after}`;
  if (Number.isNaN(changeW)) return `Rack ${name}, change not known, ${both}`;
  const text = formatChange(changeW, 'rack');
  const change = /[1-9]/.test(text) ? `${text.slice(1)} ${changeW < 0 ? 'less' : 'more'}` : 'no change';
  const guess = (difference?.assumed ?? 0) > 0 ? ', silent GPUs at nameplate' : '';
  return `Rack ${name}, ${change}, ${both}${guess}`;
}

/**
 * How a rack's change may be printed, the most telling first: with its unit, and without where that is the unit of the
 * scale above the floor. "+42 W" beside a scale in kW has no shorter form.
 */
export function changeLines(changeW: number, scaleW: number): readonly string[] {
  const [whole, scale] = [changeW, scaleW].map((watts) => formatChange(watts, 'rack'));
  const [number, unit] = whole.split(' ');
  return number === '0' || unit === scale.split(' ')[1] ? [whole, number] : [whole];
}

function Patterns() {
  return (
    <defs>
      <pattern id="compare-lost" width="6" height="6" patternUnits="userSpaceOnUse">
        <rect width="6" height="6" className={styles.lostGround} />
        <path d="M0 6 6 0" className={styles.lostLine} />
      </pattern>
    </defs>
  );
}

function Rack(
  props: Omit<Props, 'difference' | 'layout' | 'onOpen' | 'sides'> & {
    box: Box | undefined;
    name: string;
    difference: PlaceDifference | undefined;
    sides: SideWords;
  },
) {
  const { box, difference, theme, scaleW, name, sides } = props;
  if (!box || !difference) return null;
  const { has, changeW, path } = difference;
  const known = !Number.isNaN(changeW);
  const color = known ? changeColor(changeW / scaleW, theme) : '';
  const width = box.w - 1;
  // Words where they fit, some 7 pixels a letter.
  const fits = (text: string) => width >= text.length * 6.4;
  const lines = known ? changeLines(changeW, scaleW) : [has === 'both' ? 'No data' : `Only ${sides[has]}`];
  const line = lines.find(fits);
  const printed = fits(name) && box.h >= 34;
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the hidden grid has every key.
    <g onClick={() => props.onSelect(path)}>
      <rect
        {...{ x: box.x, y: box.y, width, height: Math.max(1, box.h - 1) }}
        fill={has !== 'both' ? 'transparent' : known ? color : 'url(#compare-lost)'}
        className={has === 'both' ? styles.rack : has === 'before' ? styles.onlyBefore : styles.only}
        data-has={has}
        data-change={known ? Math.round(changeW) : undefined}
      />
      {path === props.selected ? (
        <rect x={box.x - 2} y={box.y - 2} width={width + 4} height={box.h + 3} className={styles.selected} />
      ) : null}
      {printed ? (
        <g style={known ? { fill: inkOn(color) } : undefined} className={known ? undefined : styles.plainText}>
          <text x={box.x + width / 2} y={box.y + box.h / 2 - 3} className={styles.rackName}>
            {name}
          </text>
          <text x={box.x + width / 2} y={box.y + box.h / 2 + 12} className={styles.rackChange}>
            {line}
          </text>
        </g>
      ) : null}
    </g>
  );
}

interface LabelProps {
  readonly box: Box | undefined;
  readonly name: string;
  readonly difference: PlaceDifference | undefined;
}

function HallLabel({ box, name, difference }: LabelProps) {
  if (!box) return null;
  return (
    <>
      <text x={box.x} y={box.y + 14} className={styles.hall}>
        {name}
      </text>
      <text x={box.x + box.w} y={box.y + 14} className={styles.hallChange}>
        {changeText(difference)}
      </text>
    </>
  );
}

function RowLabel({ box, name, difference, flat }: LabelProps & { flat: boolean }) {
  if (!box) return null;
  if (flat)
    return (
      <text x={box.x} y={box.y + box.h / 2 + 4} className={styles.rowFlat}>
        {name}
      </text>
    );
  // The unit on its own line: together they may be wider than the room beside the racks.
  const [number, unit] = changeText(difference).split(/[ \u00a0\u2009]/);
  return (
    <>
      <text x={box.x} y={box.y + 15} className={styles.row}>
        {name}
      </text>
      <text x={box.x} y={box.y + 32} className={styles.rowChange}>
        {number}
      </text>
      <text x={box.x} y={box.y + 46} className={styles.rowChange}>
        {unit}
      </text>
    </>
  );
}

const changeText = (difference: PlaceDifference | undefined) =>
  difference && !Number.isNaN(difference.changeW) ? formatChange(difference.changeW) : '—';

function spoken({ total, places }: Difference, sides: SideWords): string {
  const racks = places.filter(({ level }) => level === RACK);
  const more = racks.filter(({ changeW }) => changeW > 0.5).length;
  const less = racks.filter(({ changeW }) => changeW < -0.5).length;
  const change = Number.isNaN(total.changeW) ? 'not known' : formatChange(total.changeW);
  const only = [
    total.onlyBefore > 0 ? `, ${total.onlyBefore} only ${sides.before}` : '',
    total.onlyAfter > 0 ? `, ${total.onlyAfter} only ${sides.after}` : '',
  ].join('');
  return `Change of draw by rack: ${change} in all, ${more} racks more, ${less} less, ${total.unknown} without data${only}.`;
}

/** Whether a layout has anything to draw. */
export const hasRacks = ({ start }: LayoutDocument) => start[NODE] > start[RACK];
