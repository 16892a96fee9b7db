import { expect, it } from 'vitest';
import { Leaving } from './leaving.ts';

const clock = { now: () => 0, later: () => () => {} };

/** What a form has, piece after piece. */
async function whole(leaving: Leaving, form: number): Promise<string> {
  let text = '';
  for (let over = false; !over; ) {
    const { base64, last } = await leaving.piece(form);
    text += Buffer.from(base64, 'base64').toString();
    over = last;
  }
  return text;
}

it('a form that breaks off has no end: it is not read any further', async () => {
  const leaving = new Leaving(clock);
  const form = leaving.begin(
    (function* () {
      yield 'a,b\r\n'.repeat(100_000);
      throw new Error('A column cannot be read');
    })(),
  );
  await leaving.piece(form);
  await expect(whole(leaving, form)).rejects.toThrow('A column cannot be read');
  await expect(leaving.piece(form)).rejects.toThrow('not being read any more');
});

it('others have their turn while a piece is made, and it is made once', async () => {
  let turns = 0;
  const count = () => {
    turns++;
    timer = setImmediate(count);
  };
  let timer = setImmediate(count);
  const leaving = new Leaving(clock);
  const form = leaving.begin(
    (function* () {
      for (let n = 0; n < 50; n++) yield '';
      for (let n = 0; n < 1000; n++) yield `${n}\n`;
    })(),
  );
  const making = leaving.piece(form);
  await expect(leaving.piece(form)).rejects.toThrow('being made already');
  const { base64, last } = await making;
  clearImmediate(timer);
  expect(last).toBe(true);
  expect(Buffer.from(base64, 'base64').toString().trimEnd().split('\n')).toHaveLength(1000);
  expect(turns).toBeGreaterThanOrEqual(50);
});
