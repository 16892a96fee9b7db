export { Fleet } from '../../shared/fleet.ts';
export { FleetView } from '../../shared/view.ts';
