import { expect, it } from 'vitest';

import { createBackend } from '../../src/backend/create-backend.ts';
import { mergeAnswers } from '../../src/backend/merge-answers.ts';
import { MemoryPool } from './memory-pool.ts';

it('tells what the nodes of every pool of a class hold', async () => {
  const pools = [new MemoryPool(), new MemoryPool()];
  await pools[1]!.set('c:k', Buffer.from('kept'));
  const named = pools.map((pool, index) => ({ name: `p${index}`, pool }));
  const backend = createBackend({ pool: new MemoryPool(), classes: [{ prefix: 'c:', pools: named }] });
  const found: string[] = [];
  for await (const { item } of backend.readEverywhere('c:k')) found.push(String(item?.value));
  expect(found.toSorted()).toEqual(['kept', 'undefined']);
});

/** Tells `first`, and then nothing until it is let go. */
async function* held(first: string, go: Promise<void>, onEnd: () => void): AsyncGenerator<string> {
  try {
    yield first;
    await go;
    yield `${first}, later`;
  } finally {
    onEnd();
  }
}

it('does not let a slow source hold up the others, and ends all of them when it is left', async () => {
  let letGo!: () => void;
  const go = new Promise<void>((resolve) => (letGo = resolve));
  const ended: string[] = [];
  const merged = mergeAnswers([
    held('a', go, () => ended.push('a')),
    held('b', Promise.resolve(), () => ended.push('b')),
  ]);
  const seen: unknown[] = [];
  for (let count = 0; count < 3; count++) seen.push((await merged.next()).value);
  expect(seen).toEqual(['a', 'b', 'b, later']);
  letGo();
  await merged.return(undefined);
  expect(ended.toSorted()).toEqual(['a', 'b']);
});

it('fails as the first source that fails, and with the others ended', async () => {
  const ended: string[] = [];
  let fail!: (error: Error) => void;
  const failing = new Promise<void>((_resolve, reject) => (fail = reject));
  const late = (): void => void ended.push('b');
  const merged = mergeAnswers([held('a', Promise.resolve(), () => ended.push('a')), held('b', failing, late)]);
  for (const value of ['a', 'b', 'a, later']) expect(await merged.next()).toEqual({ done: false, value });
  fail(new Error('broken'));
  await expect(merged.next()).rejects.toThrow('broken');
  expect(ended).toEqual(['a', 'b']);
});
