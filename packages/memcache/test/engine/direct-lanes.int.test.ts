import { setImmediate as turn } from 'node:timers/promises';

import { startMemcached } from '@lockstep/testing';
import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';

import { type AnswerTaker, connectMeta, type MemcacheDriver } from '../../src/index.ts';
import { opaqueOf, startScriptedServer } from '../scripted-server.ts';

let server: Awaited<ReturnType<typeof startMemcached>>;
beforeAll(async () => {
  server = await startMemcached();
});
afterAll(() => server.close());

const large = Buffer.alloc(100_000, 'L');
const tracker = { onAnswer: (): void => undefined, onFailure: (): boolean => false };

/** What a direct call finds; undefined when it was not made. */
function ask(make: (taker: AnswerTaker) => boolean): Promise<string | undefined> | undefined {
  let isMade = false;
  const answer = new Promise<string | undefined>((resolve, reject) => {
    isMade = make({
      onValue: (bytes, start, end) => resolve(bytes.toString('latin1', start, end)),
      onDone: () => resolve(undefined),
      onFailure: reject,
    });
  });
  return isMade ? answer : undefined;
}

const get = ({ direct }: MemcacheDriver, key: string): Promise<string | undefined> | undefined =>
  ask((taker) => direct!.get(key, taker, tracker));

function set({ direct }: MemcacheDriver, key: string, value: string): Promise<string | undefined> | undefined {
  const bytes = Buffer.from(value);
  return ask((taker) => direct!.set(key, bytes, 0, bytes.length, 0, 0, taker, tracker));
}

it.each([
  ['stored', (driver: MemcacheDriver) => driver.set('stored', large)],
  [
    'read',
    async (driver: MemcacheDriver) => {
      await using other = await connectMeta(server);
      await other.set('read', large);
      await driver.get('read');
    },
  ],
])('calls of other keys stay direct after a large value was %s, and those of its key do not', async (key, work) => {
  await using driver = await connectMeta(server);
  await work(driver);
  await set(driver, 'small', 'v');
  expect(await get(driver, 'small')).toBe('v');
  expect([get(driver, key), set(driver, key, 'v')]).toEqual([undefined, undefined]);
  await driver.set(key, 'v');
  expect((await driver.get(key))?.value.toString()).toBe('v');
  // It was small when it was last seen.
  expect(await get(driver, key)).toBe('v');
});

it('makes direct calls of other keys while a large value is on its way', async () => {
  const held: (() => void)[] = [];
  await using holding = await startScriptedServer((socket, line) => {
    if (line.startsWith('ms large')) held.push(() => socket.write(`HD O${opaqueOf(line)}\r\n`));
    else if (line.startsWith('mg ')) socket.write('EN\r\n');
    else if (line === 'mn') socket.write('MN\r\n');
  });
  await using driver = await connectMeta(holding, { timeoutMs: 20_000 });
  const stored = driver.set('large', large);
  await expect.poll(() => held.length).toBe(1);
  const small = get(driver, 'small');
  expect(small).toBeInstanceOf(Promise);
  expect(await small).toBeUndefined();
  expect([get(driver, 'large'), set(driver, 'large', 'v')]).toEqual([undefined, undefined]);
  for (const answer of held) answer();
  await stored;
});

it('makes no direct call of a key on which anything is in the lane of large values, though its value is small', async () => {
  const held: (() => void)[] = [];
  await using holding = await startScriptedServer((socket, line) => {
    const opaque = opaqueOf(line);
    if (line.startsWith('ms ')) socket.write(`HD O${opaque}\r\n`);
    else if (line.startsWith('mg ')) socket.write(`VA 1 f0 O${opaque}\r\nv\r\n`);
    else if (line.startsWith('md ')) held.push(() => socket.write(`HD O${opaque}\r\n`));
    else if (line === 'mn') socket.write('MN\r\n');
  });
  await using driver = await connectMeta(holding, { timeoutMs: 20_000 });
  const stored = [driver.set('k', large), driver.set('k', 'v')];
  const read = driver.get('k');
  const deleted = driver.delete('k');
  await Promise.all([...stored, read]);
  await expect.poll(() => held.length).toBe(1);
  expect([get(driver, 'k'), set(driver, 'k', 'v')]).toEqual([undefined, undefined]);
  for (const answer of held) answer();
  await deleted;
  expect(await get(driver, 'k')).toBe('v');
});

const keys = ['k1', 'k2'];
const kinds = ['directSet', 'directSet', 'directGet', 'directGet', 'large', 'set', 'get', 'getMany', 'delete'] as const;
const step = fc.record({ key: fc.constantFrom(...keys), kind: fc.constantFrom(...kinds), turns: fc.nat(3) });
type Kind = (typeof kinds)[number];

/** Makes a call, also in the model; what it answers, and what it should. */
function call(driver: MemcacheDriver, model: Map<string, string>, key: string, kind: Kind, index: number) {
  const found = (name: string): Promise<string | undefined> =>
    driver.get(name).then((item) => item?.value.toString('latin1'));
  if (kind === 'get') return { expected: model.get(key), answer: found(key) };
  if (kind === 'directGet') return { expected: model.get(key), answer: get(driver, key) ?? found(key) };
  if (kind === 'getMany') {
    const answer = driver.getMany(keys).then((items) => items.map((item) => item?.value.toString('latin1')).join());
    return { expected: keys.map((name) => model.get(name)).join(), answer };
  }
  if (kind === 'delete') return { expected: model.delete(key), answer: driver.delete(key) };
  const value = `v${index}`.padEnd(kind === 'large' ? 20_000 : 4, '.');
  model.set(key, value);
  const direct = kind === 'directSet' ? set(driver, key, value) : undefined;
  return { expected: undefined, answer: direct ?? driver.set(key, value) };
}

it(
  'keeps the order of the calls on a key, direct or not, in whichever lane they are',
  { timeout: 60_000 },
  async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 30 }), async (steps) => {
        await using driver = await connectMeta(server, { laneBytes: 5000, timeoutMs: 20_000 });
        // Both connections are there, so that nothing is in order just because one of them comes late.
        await driver.set('warm-up', large);
        await Promise.all(keys.map((key) => driver.delete(key)));
        const model = new Map<string, string>();
        const made: ReturnType<typeof call>[] = [];
        for (const [index, { key, kind, turns }] of steps.entries()) {
          made.push(call(driver, model, key, kind, index));
          // Some answers come in between.
          for (let waited = 0; waited < turns; waited++) await turn();
        }
        expect(await Promise.all(made.map(({ answer }) => answer))).toEqual(made.map(({ expected }) => expected));
      }),
      { numRuns: 150 },
    );
  },
);
