import { expect, test } from 'vitest';
import { Pseudonyms } from './pseudonyms.ts';

test('a port or slot that is called by a short number changes no figure of a sentence; a job of many digits goes', () => {
  const names = new Pseudonyms(new Set(['hosts', 'jobs']));
  expect(names.label('hosts', 'port', '97')).toBe('port-1');
  expect(names.label('jobs', 'job_id', '4711234')).toBe('jobid-1');
  expect(names.label('hosts', 'port', '97')).toBe('port-1');
  expect(names.inText('Row A2 at 97.8% of budget, job 4711234, 97 GPUs')).toBe(
    'Row A2 at 97.8% of budget, job jobid-1, 97 GPUs',
  );
});
