import { startMemcached } from '@lockstep/testing';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';

import { createMetaDriver, type MemcacheDriver, MemcacheError } from '../../src/index.ts';
import { startRelay } from '../soak/relay.ts';
import { tell } from '../soak/told-value.ts';
import { type Damage, damaged, someDamage } from './damage.ts';

const keys = Array.from({ length: 8 }, (_, index) => `fuzz-${index}`);
const valueOf = (key: string): Buffer => tell({ key, version: 1 }, 20 + 37 * keys.indexOf(key));
const settleMs = 5000;

type Read = (driver: MemcacheDriver, key: string) => Promise<readonly [string, Buffer | undefined][]>;

const one =
  (read: (driver: MemcacheDriver, key: string) => Promise<{ readonly value?: Buffer } | undefined>): Read =>
  async (driver, key) => [[key, (await read(driver, key))?.value]];

const reads: readonly Read[] = [
  one((driver, key) => driver.get(key)),
  one((driver, key) => driver.gets(key)),
  one((driver, key) => driver.read(key)),
  one((driver, key) => driver.gat(key, 0)),
  async (driver, key) => {
    const asked = [key, ...keys.slice(0, 3)];
    const items = await driver.getMany(asked);
    return asked.map((wanted, index) => [wanted, items[index]?.value]);
  },
];

const someCalls = fc.array(fc.tuple(fc.constantFrom(...reads), fc.constantFrom(...keys)), {
  minLength: 1,
  maxLength: 12,
});

/** An inverted byte inside a value is what the server sent, for all that a client can tell. */
function isTold(damage: Damage, key: string, value: Buffer): boolean {
  const wanted = valueOf(key);
  if (value.equals(wanted)) return true;
  if (damage.kind !== 'invert' || value.length !== wanted.length) return false;
  const differing = [...value.keys()].filter((at) => value[at] !== wanted[at]);
  return differing.length === 1 && value[differing[0]!] === (wanted[differing[0]!]! ^ 0xff);
}

it(
  'never gives a key what was not sent for it, settles every call and works on, whatever befalls the stream',
  { timeout: 120_000 },
  async () => {
    await using server = await startMemcached();
    await using direct = createMetaDriver(server);
    await Promise.all(keys.map((key) => direct.set(key, valueOf(key))));
    await using relay = await startRelay(server);
    let rejected = 0;
    let answered = 0;
    await fc.assert(
      fc.asyncProperty(someDamage(3000), someCalls, async (damage, calls) => {
        let isFirst = true;
        relay.behave(() => {
          const misbehaviour = isFirst ? damaged(damage) : {};
          isFirst = false;
          return misbehaviour;
        });
        await using driver = createMetaDriver(relay, { timeoutMs: 100, connectTimeoutMs: 100, random: () => 0 });
        const startedAt = performance.now();
        const outcomes = await Promise.allSettled(calls.map(([read, key]) => read(driver, key)));
        expect(performance.now() - startedAt).toBeLessThan(settleMs);
        const errors = outcomes
          .filter((outcome) => outcome.status === 'rejected')
          .map(({ reason }) => reason as unknown);
        const answers = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? outcome.value : []));
        rejected += errors.length;
        answered += answers.length;
        expect(errors.filter((error) => !(error instanceof MemcacheError))).toEqual([]);
        const lies = answers.filter(([key, value]) => value !== undefined && !isTold(damage, key, value));
        expect(lies.map(([key, value]) => `${key}: ${value?.toString('latin1')}`)).toEqual([]);
        await expect
          .poll(() =>
            driver.get(keys[5]!, { timeoutMs: 1000 }).then(
              (item) => item?.value,
              () => undefined,
            ),
          )
          .toEqual(valueOf(keys[5]!));
      }),
      { numRuns: 150, interruptAfterTimeLimit: 60_000 },
    );
    expect(rejected).toBeGreaterThan(100);
    expect(answered).toBeGreaterThan(100);
  },
);
