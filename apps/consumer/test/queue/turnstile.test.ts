import { expect, it } from 'vitest';

import { Turnstile } from '../../src/queue/turnstile.ts';

/** Whoever may go in has gone in then. */
async function settled(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

it('lets many in at a time, one alone, and nobody before those who came first', async () => {
  const turnstile = new Turnstile();
  const inside: string[] = [];
  const come = (name: string, isAlone: boolean): void => void turnstile.enter(isAlone).then(() => inside.push(name));
  come('a', false);
  come('b', false);
  come('alone', true);
  come('c', false);
  come('d', false);
  await settled();
  expect(inside).toEqual(['a', 'b']);
  turnstile.leave();
  await settled();
  expect(inside).toEqual(['a', 'b']);
  turnstile.leave();
  await settled();
  expect(inside).toEqual(['a', 'b', 'alone']);
  turnstile.leave();
  await settled();
  expect(inside).toEqual(['a', 'b', 'alone', 'c', 'd']);
});
