export { Fleet } from '../../shared/fleet.ts';
export { History } from '../../shared/history.ts';
export { VectorReader } from '../../shared/prom-api/vector.ts';
export { Ring } from '../../shared/snapshot/ring.ts';
export { FleetView } from '../../shared/view.ts';
