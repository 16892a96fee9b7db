export { startDemo } from '../../electron/demo/demo.ts';
