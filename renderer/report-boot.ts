import { bytesOfDense } from '../shared/snapshot/report/dense.ts';
import { CONSOLE_CODE } from '../shared/snapshot/report/embedded.ts';

/** The only script that stands in a report as it is: it unpacks the console, which the report's policy knows by its hash. */
const code = document.getElementById(CONSOLE_CODE) as HTMLElement;
const script = document.createElement('script');
script.textContent = new TextDecoder().decode(bytesOfDense(code.textContent ?? '', Number(code.dataset.bytes)));
code.replaceWith(script);
