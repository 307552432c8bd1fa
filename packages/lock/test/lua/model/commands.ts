import * as fc from 'fast-check';
import { expect } from 'vitest';

import { type Model, processOf, type Wish } from './lock-model.ts';
import type { RealLock } from './real-lock.ts';

type Step = fc.AsyncCommand<Model, RealLock>;

/** The processes of a run. */
export const PROCESSES = ['p0', 'p1', 'p2'] as const;

const MINUTE = 60_000;

function command(name: string, run: (model: Model, real: RealLock) => Promise<void>): Step {
  return {
    check: () => true,
    toString: () => name,
    async run(model, real) {
      await run(model, real);
      expect((await real.holders()).sort()).toEqual(model.holders.map(({ owner }) => owner).sort());
      const line = await real.line();
      expect(line).toEqual(model.line.map(({ owner }) => owner));
      expect((await real.wishes()).sort()).toEqual([...line].sort());
      expect((await real.heard()).map(String).sort()).toEqual([...model.pushes].sort());
    },
  };
}

/** Any interleaving of what processes do and what befalls them. `shapes` are those that may be asked for. */
export function lockCommands(shapes: readonly string[]): fc.Arbitrary<Iterable<Step>> {
  const owner = fc.tuple(fc.constantFrom(...PROCESSES), fc.integer({ min: 1, max: 3 })).map(([p, n]) => `${p}:${n}`);
  const wish = fc.record<Wish>({
    owner,
    mode: fc.constantFrom('T', 'Q', 'Q', 'Q', 'B'),
    priority: fc.constantFrom(0, 0, 0, 1, -1),
    shape: fc.constantFrom(...shapes),
  });
  return fc.commands(
    [
      wish.map((asked) => command(`acquire ${JSON.stringify(asked)}`, (model, real) => acquire(asked, model, real))),
      owner.map((who) =>
        command(`release ${who}`, async (model, real) => {
          expect(outcomeOf(await real.step(`R${who}`))).toBe(model.release(who));
        }),
      ),
      fc.constant(
        command('pass on', async (model, real) => {
          expect(outcomeOf(await real.step('N'))).toBe(model.passOn() ? 'watch' : 'released');
        }),
      ),
      owner.map((who) =>
        command(`renew ${who}`, async (model, real) => {
          expect(await real.step(`E${who}`, MINUTE)).toBe(model.holds(who) ? 1 : 0);
        }),
      ),
      owner.map((who) =>
        command(`expire ${who}`, async (model, real) => {
          model.expire(who);
          await real.expire(who);
        }),
      ),
      fc.tuple(fc.constantFrom(...PROCESSES), fc.boolean()).map(([process, isAlive]) =>
        command(`${process} ${isAlive ? 'listens' : 'dies'}`, async (model, real) => {
          model.alive[isAlive ? 'add' : 'delete'](process);
          await real.setAlive(process, isAlive);
        }),
      ),
    ],
    { maxCommands: 60, size: 'large' },
  );
}

async function acquire(asked: Wish, model: Model, real: RealLock): Promise<void> {
  // A process that cannot be told anything does not wait in line.
  const wish: Wish = model.alive.has(processOf(asked.owner)) ? asked : { ...asked, mode: 'T' };
  const wasHeld = model.holds(wish.owner);
  const kind = model.acquire(wish);
  const { owner, mode, priority, shape } = wish;
  const place = shape === '' ? 0 : shape;
  const reply = await real.step(`A${owner}`, MINUTE, MINUTE, mode, priority, place, '');
  expect(kindOf(reply)).toBe(kind);
  if (typeof reply !== 'number' || wasHeld) return;
  expect(reply).toBeGreaterThan(real.lastToken);
  real.lastToken = reply;
}

function outcomeOf(reply: unknown): string {
  if (reply === 1 + MINUTE) return 'watch';
  return reply === 0 ? 'lost' : 'released';
}

function kindOf(reply: unknown): string {
  if (typeof reply === 'number') return 'held';
  return (reply as number[])[0] === 1 ? 'queued' : 'taken';
}
