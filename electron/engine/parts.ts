import { AlertPart } from './alerts/alert-part.ts';
import { FabricPart } from './fabric-part.ts';
import { HistoryPart } from './history/history-part.ts';
import { PastPart } from './history/past-part.ts';
import { Interop } from './interop/interop.ts';
import type { EngineContext, EnginePart } from './part.ts';
import { PlacesPart } from './places/places-part.ts';
import { SnapshotsPart } from './snapshots/snapshots-part.ts';

/** The parts of every engine, in the order in which they hear of an update. */
export function makeParts(context: EngineContext): readonly EnginePart[] {
  const fabric = new FabricPart(context);
  const alerts = new AlertPart(context, () => fabric.leaves());
  const interop = new Interop(context, () => alerts.evaluated());
  const history = new HistoryPart(context, (frame, instant) => alerts.at(frame, instant));
  const first = [fabric, history, new PastPart({ history, fabric }), alerts, interop];
  return [...first, new PlacesPart(context), new SnapshotsPart(context)];
}
