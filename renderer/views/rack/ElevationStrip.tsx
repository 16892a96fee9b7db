import { useMemo, useRef } from 'react';
import type { LayoutDocument } from '../../../shared/contract.ts';
import { elevationOf, type RackUnit } from '../../../shared/inventory.ts';
import type { DeviceKind } from '../../../shared/rack-models.ts';
import { HW_THERMAL } from '../../../shared/throttle.ts';
import { useSize } from '../../draw/use-size.ts';
import multiples from './multiples.module.css';
import type { RackModel, RackNow } from './rack-model.ts';

const TOP = 28;
const BOTTOM = 8;

interface Props {
  readonly layout: LayoutDocument;
  readonly model: RackModel;
  readonly now: RackNow | null;
  readonly selected: number;
  readonly onSelect: (gpu: number) => void;
}

/** How a device of the rack is drawn: expected and never seen, gone silent, slowed by hardware, or as it should be. */
export type UnitState = 'there' | 'hole' | 'lost' | 'hard' | 'unwatched';

/** The state of a device by its GPUs: a tray is lost when none of its GPUs reports. */
export function unitState(unit: RackUnit, model: RackModel, now: RackNow | null): UnitState {
  const tray = model.trays.find(({ node }) => node === unit.node);
  if (unit.state !== 'there') return unit.state;
  if (!tray || now === null) return 'there';
  if (tray.gpus.some((gpu) => now.held[gpu] >= HW_THERMAL)) return 'hard';
  if (tray.gpus.every((gpu) => now.states[gpu] === 'missing')) return 'hole';
  return tray.gpus.every((gpu) => now.states[gpu] !== 'live') ? 'lost' : 'there';
}

/** The rack from the front, unit by unit: what should stand in it and is not there is a dashed hole. */
export function ElevationStrip(props: Props) {
  const holder = useRef<HTMLDivElement>(null);
  const { width, height } = useSize(holder);
  const { layout, model, now } = props;
  const { units, heightU } = useMemo(() => elevationOf(layout, model.rack), [layout, model.rack]);
  const unit = (height - TOP - BOTTOM) / heightU;
  const states = units.map((one) => unitState(one, model, now));
  const chosen = model.trays.find(({ gpus }) => gpus.includes(props.selected))?.node ?? -1;
  return (
    <div ref={holder} className={multiples.elevation}>
      {width === 0 ? null : (
        <svg width={width} height={height - 1} role="img" aria-label={spoken(units, states, heightU)}>
          <text className={multiples.column} x={4} y={18}>
            {heightU}U
          </text>
          <rect className={multiples.frame} x={3.5} y={TOP - 2.5} width={width - 8} height={unit * heightU + 4} />
          {units.map((one, index) => (
            // biome-ignore lint/a11y/noStaticElementInteractions: the pointer's way; keys and speech use the grid beside it.
            <rect
              key={`${one.u} ${one.name}`}
              className={multiples.unit}
              data-kind={one.kind}
              data-state={states[index]}
              data-chosen={chosen >= 0 && one.node === chosen}
              x={5.5}
              y={TOP + (heightU - one.u - one.height + 1) * unit + 0.5}
              width={width - 12}
              height={Math.max(2, unit * one.height - 1.5)}
              onClick={() => {
                const gpu = model.trays.find(({ node }) => node === one.node)?.gpus[0];
                if (gpu !== undefined) props.onSelect(gpu);
              }}
            />
          ))}
        </svg>
      )}
    </div>
  );
}

const KINDS: Readonly<Record<DeviceKind, string>> = {
  compute: 'compute trays',
  switch: 'switch trays',
  power: 'power shelves',
};

/** "Elevation of 48 units: 18 compute trays, 1 of them missing; 9 switch trays, not watched". */
function spoken(units: readonly RackUnit[], states: readonly UnitState[], heightU: number): string {
  const parts = (Object.keys(KINDS) as DeviceKind[]).flatMap((kind) => {
    const of = states.filter((_, index) => units[index].kind === kind);
    if (of.length === 0) return [];
    const missing = of.filter((state) => state === 'hole').length;
    const unwatched = of.every((state) => state === 'unwatched') ? ', not watched' : '';
    return [`${of.length} ${KINDS[kind]}${missing > 0 ? `, ${missing} of them missing` : unwatched}`];
  });
  return `Elevation of ${heightU} units: ${parts.join('; ')}`;
}
