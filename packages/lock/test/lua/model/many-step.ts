import * as fc from 'fast-check';
import { expect } from 'vitest';

import { anyWish, argumentsOf, command, expectNewer, type Step } from './commands.ts';
import type { LockModel, Wish } from './lock-model.ts';
import type { ModelWorld, RealWorld } from './world.ts';

/** One that takes all of so many locks or none. */
export function manyStep(count: number): fc.Arbitrary<Step<LockModel>> {
  return fc
    .array(anyWish(['']), { minLength: count, maxLength: count })
    .map((wishes) => command<LockModel>(`acquire all ${JSON.stringify(wishes)}`, (m, r) => acquireAll(wishes, m, r)));
}

async function acquireAll(wishes: readonly Wish[], model: ModelWorld<LockModel>, real: RealWorld): Promise<void> {
  const taken = wishes.findIndex(({ owner }, i) => !model.locks[i]!.isFreeFor(owner));
  const wasHeld = wishes.map(({ owner }, i) => model.locks[i]!.holds(owner));
  const requests = wishes.flatMap((wish) => [wish.owner, ...argumentsOf(wish)]);
  const reply = (await real.step('M', wishes.length, ...requests)) as unknown[];
  if (taken >= 0) {
    expect(reply.slice(0, 2)).toEqual([0, taken + 1]);
    return;
  }
  expect(reply.every(Number.isSafeInteger)).toBe(true);
  for (const [i, wish] of wishes.entries()) {
    if (!wasHeld[i]!) expectNewer(real.locks[i]!, reply[i]);
    model.locks[i]!.take(wish);
  }
}
