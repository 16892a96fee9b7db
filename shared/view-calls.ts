import type { CallArg, CallName, CallResult } from './contract.ts';
import type { FleetView } from './view.ts';

type Answered = 'layout' | 'inspect' | 'gpu' | 'history' | 'rackHistory' | 'steps' | 'links' | 'power' | 'work';

/** The calls that the view answers alone: name → argument and view to result. */
const answers: { readonly [Name in Answered]: (view: FleetView, arg: CallArg<Name>) => CallResult<Name> | null } = {
  layout: (view) => view.layout(),
  inspect: (view, { place }) => view.inspect(place),
  gpu: (view, { place }) => view.gpu(place),
  history: (view, arg) => view.history(arg),
  rackHistory: (view, arg) => view.rackHistory(arg),
  steps: (view, arg) => view.steps(arg),
  links: (view, arg) => view.links(arg),
  power: (view, arg) => view.power(arg),
  work: (view, arg) => view.work(arg),
};

/** The view's answer to a call whose argument was parsed; undefined for a call that is not the view's. */
export function askView(view: FleetView, name: CallName, arg: unknown): unknown {
  return name in answers ? answers[name as Answered](view, arg as never) : undefined;
}
