import * as fc from 'fast-check';
import { expect } from 'vitest';

import { type Model, processOf, type Wish } from './lock-model.ts';
import type { RealLock } from './real-lock.ts';
import { type ModelWorld, PROCESSES, type RealWorld } from './world.ts';

/** One thing that happens, in the model and in Redis. */
export type Step<M extends Model = Model> = fc.AsyncCommand<ModelWorld<M>, RealWorld>;

/** Every period, and every delay, in ms: nothing runs out by itself. */
export const MINUTE = 60_000;

/** A step, after which Redis must look as its model. */
export function command<M extends Model>(
  name: string,
  run: (model: ModelWorld<M>, real: RealWorld) => Promise<void>,
): Step<M> {
  return {
    check: () => true,
    toString: () => name,
    async run(model, real) {
      await run(model, real);
      const [heard] = await Promise.all([real.heard(), ...model.locks.map((lock, i) => compare(lock, real.locks[i]!))]);
      expect(heard.toSorted()).toEqual(model.pushes.toSorted());
    },
  };
}

/** An owner of one of the processes; there are few, so that they meet. */
export const anyOwner: fc.Arbitrary<string> = fc
  .tuple(fc.constantFrom(...PROCESSES), fc.integer({ min: 1, max: 3 }))
  .map(([process, n]) => `${process}:${n}`);

/** Whoever has the lock then. */
const HOLDER = 'the holder';

/** What one that asks may want. `shapes` are those that may be asked for; only a lock of one holder has delays. */
export function anyWish(shapes: readonly string[]): fc.Arbitrary<Wish> {
  return fc.record<Wish>({
    owner: anyOwner,
    mode: fc.constantFrom('T', 'Q', 'Q', 'B', 'B'),
    priority: fc.constantFrom(0, 0, 0, 1, -1),
    shape: fc.constantFrom(...shapes),
    delay: shapes[0] === '' ? fc.constantFrom(0, 0, MINUTE) : fc.constant(0),
  });
}

/** What processes do with one lock of so many, and what befalls them. */
export function lockSteps(shapes: readonly string[], count: number): fc.Arbitrary<Step>[] {
  const at = fc.nat({ max: count - 1 });
  // Half of what happens to somebody happens to one that has the lock.
  const owned = fc.tuple(at, fc.option(anyOwner, { freq: 1, nil: HOLDER }));
  return [
    fc
      .tuple(at, anyWish(shapes))
      .map(([i, asked]) => command(`acquire ${i} ${JSON.stringify(asked)}`, (m, r) => acquire(i, asked, m, r))),
    owned.map(([i, who]) =>
      command(`release ${i} ${who}`, async (model, real) => {
        const owner = ownerOf(who, model.locks[i]!);
        const reply = await real.locks[i]!.step(`R${owner}`);
        expect(reply).toBe(replyOf(model.locks[i]!.release(owner), model.locks[i]!));
      }),
    ),
    at.map((i) =>
      command(`pass on ${i}`, async (model, real) => {
        const reply = await real.locks[i]!.step('N');
        expect(reply).toBe(replyOf(model.locks[i]!.passOn() ? 'watch' : 'released', model.locks[i]!));
      }),
    ),
    owned.map(([i, who]) =>
      command(`renew ${i} ${who}`, async (model, real) => {
        const owner = ownerOf(who, model.locks[i]!);
        expect(await real.locks[i]!.step(`E${owner}`, MINUTE)).toBe(model.locks[i]!.holds(owner) ? 1 : 0);
      }),
    ),
    fc.tuple(owned, fc.constantFrom('expire', 'lapse')).map(([[i, who], how]) =>
      command(`${how} ${i} ${who}`, async (model, real) => {
        const owner = ownerOf(who, model.locks[i]!);
        model.locks[i]![how](owner);
        await real.locks[i]![how](owner);
      }),
    ),
    fc.tuple(fc.constantFrom(...PROCESSES), fc.boolean()).map(([process, isAlive]) =>
      command(`${process} ${isAlive ? 'listens' : 'dies'}`, async (model, real) => {
        model.alive[isAlive ? 'add' : 'delete'](process);
        await real.setAlive(process, isAlive);
      }),
    ),
  ];
}

/** The arguments of an acquisition after its owner. */
export function argumentsOf({ mode, priority, shape, delay }: Wish): (string | number)[] {
  return [MINUTE, MINUTE, mode, priority, shape === '' ? delay : shape, ''];
}

function ownerOf(who: string, { holders }: Model): string {
  return who === HOLDER ? (holders[0]?.owner ?? 'p0:1') : who;
}

async function acquire(i: number, asked: Wish, model: ModelWorld, real: RealWorld): Promise<void> {
  const [lock, own] = [model.locks[i]!, real.locks[i]!];
  // A process that cannot be told anything does not wait in line.
  const wish: Wish = model.alive.has(processOf(asked.owner)) ? asked : { ...asked, mode: 'T' };
  const wasHeld = lock.holds(wish.owner);
  const kind = lock.acquire(wish);
  const reply = await own.step(`A${wish.owner}`, ...argumentsOf(wish));
  expect(kindOf(reply)).toBe(kind);
  if (typeof reply === 'number' && !wasHeld) expectNewer(own, reply);
}

/** It must be newer than all tokens of the lock before it. */
export function expectNewer(lock: RealLock, token: unknown): void {
  expect(token).toBeGreaterThan(lock.lastToken);
  lock.lastToken = token as number;
}

async function compare(model: Model, real: RealLock): Promise<void> {
  const [holders, line, wishes] = await Promise.all([real.holders(), real.line(), real.wishes()]);
  expect(holders.toSorted()).toEqual(model.holders.map(({ owner }) => owner).toSorted());
  expect(line).toEqual(model.line.map(({ owner }) => owner));
  expect(wishes.toSorted()).toEqual(line.toSorted());
}

/** Who passed it on looks again when the grant and its delay are over. */
function replyOf(outcome: 'lost' | 'released' | 'watch', { holders }: Model): number {
  if (outcome === 'watch') return 1 + MINUTE + (holders.at(-1)?.delay ?? 0);
  return outcome === 'lost' ? 0 : 1;
}

function kindOf(reply: unknown): string {
  if (typeof reply === 'number') return 'held';
  return (reply as number[])[0] === 1 ? 'queued' : 'taken';
}
