import * as fc from 'fast-check';
import { expect, it } from 'vitest';

import { KeyOrder } from '../../src/text/key-order.ts';

const command = fc.record({ key: fc.constantFrom('a', 'b'), isWrite: fc.boolean() });

it('lets every read see exactly the writes before it, however long each command takes', async () => {
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), fc.array(command, { maxLength: 12 }), async (scheduler, commands) => {
      const order = new KeyOrder();
      const stored = new Map<string, number>();
      const expected = new Map<string, number | undefined>();
      const checks: Promise<unknown>[] = [];
      const seenAndWanted: [number | undefined, number | undefined][] = [];
      for (const [index, { key, isWrite }] of commands.entries()) {
        const bytes = Buffer.from(key);
        if (isWrite) {
          expected.set(key, index);
          const write = (): Promise<unknown> =>
            scheduler.schedule(Promise.resolve()).then(() => stored.set(key, index));
          checks.push(order.write(bytes, write));
        } else {
          const wanted = expected.get(key);
          const read = (): Promise<number | undefined> =>
            scheduler.schedule(Promise.resolve()).then(() => stored.get(key));
          checks.push(order.read(bytes, read).then((seen) => seenAndWanted.push([seen, wanted])));
        }
      }
      await scheduler.waitFor(Promise.all(checks));
      expect(seenAndWanted.map(([seen]) => seen)).toEqual(seenAndWanted.map(([, wanted]) => wanted));
      expect(order.size).toBe(0);
    }),
    { numRuns: 300 },
  );
});

it('goes on after a command that failed', async () => {
  const order = new KeyOrder();
  const key = Buffer.from('k');
  const failed = order.write(key, () => Promise.reject(new Error('no')));
  const next = order.read(key, () => Promise.resolve('yes'));
  await expect(failed).rejects.toThrow('no');
  await expect(next).resolves.toBe('yes');
});

it('lets reads of one key run side by side', async () => {
  const order = new KeyOrder();
  const key = Buffer.from('k');
  let release = (): void => {};
  const held = new Promise<void>((resolve) => (release = resolve));
  const first = order.read(key, () => held);
  await expect(order.read(key, () => Promise.resolve('at once'))).resolves.toBe('at once');
  release();
  await first;
});
