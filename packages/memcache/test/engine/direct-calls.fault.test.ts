import { setTimeout as pause } from 'node:timers/promises';

import { startMemcached } from '@lockstep/testing';
import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';

import type { AnswerTaker, CallTracker, DriverDirectCalls, MemcacheDriver } from '../../src/index.ts';
import { createMetaDriver } from '../../src/index.ts';
import { codeOf } from '../hammer.ts';
import { startScriptedServer } from '../scripted-server.ts';

let server: Awaited<ReturnType<typeof startMemcached>>;
beforeAll(async () => {
  server = await startMemcached();
});
afterAll(() => server.close());

/** Keeps what it is told, in order. */
class Told implements AnswerTaker, CallTracker {
  readonly words: string[] = [];

  onValue(bytes: Buffer, start: number, end: number, flags: number): void {
    this.words.push(`${bytes.toString('latin1', start, end)} ${flags}`);
  }

  onDone(): void {
    this.words.push('done');
  }

  onAnswer(): void {
    this.words.push('answered');
  }

  onFailure(error: unknown): boolean {
    this.words.push(codeOf(error));
    return false;
  }
}

function directOf({ direct }: MemcacheDriver): DriverDirectCalls {
  return direct!;
}

function set(driver: MemcacheDriver, key: string, value: Buffer, told: Told, flags = 0, ttlSeconds = 0): boolean {
  return directOf(driver).set(key, value, 0, value.length, flags, ttlSeconds, told, told);
}

it('reads and stores what the calls with promises do, whatever the size of the values', async () => {
  await using driver = createMetaDriver(server);
  await driver.version();
  const value = fc.uint8Array({ maxLength: 3000 }).map((bytes) => Buffer.from(bytes));
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(value, fc.nat(2 ** 32 - 1)), { minLength: 1, maxLength: 40 }), async (items) => {
      const stored = new Told();
      const taken = items.map(([bytes, flags], index) => {
        // Around it are bytes that are not the value's.
        const block = Buffer.concat([Buffer.from('<<'), bytes, Buffer.from('>>')]);
        return directOf(driver).set(`k${index}`, block, 2, 2 + bytes.length, flags, 60, stored, stored);
      });
      expect(taken).toEqual(items.map(([bytes]) => bytes.length <= 2048));
      await Promise.all(
        items.map(([bytes, flags], index) =>
          taken[index] ? Promise.resolve() : driver.set(`k${index}`, bytes, { flags }),
        ),
      );
      const read = new Told();
      const isAsked = items.map((_, index) => directOf(driver).get(`k${index}`, read, read));
      const promised = await Promise.all(items.map((_, index) => driver.get(`k${index}`)));
      expect(isAsked).not.toContain(false);
      expect(stored.words).toEqual(taken.filter(Boolean).flatMap(() => ['answered', 'done']));
      expect(read.words).toEqual(
        items.flatMap(([bytes, flags]) => ['answered', `${bytes.toString('latin1')} ${flags}`]),
      );
      expect(promised.map((item) => item?.value)).toEqual(items.map(([bytes]) => bytes));
    }),
    { numRuns: 60 },
  );
});

it('tells of a miss, of a lease and of the right to refresh as a read does: there is nothing', async () => {
  await using driver = createMetaDriver(server);
  await driver.delete('lease');
  await driver.read('lease', { leaseSeconds: 30 });
  await driver.set('stale', 'v');
  await driver.markStale('stale');
  const told = new Told();
  for (const key of ['nothing', 'lease', 'stale', 'stale']) directOf(driver).get(key, told, told);
  await driver.version();
  expect(told.words).toEqual(['answered', 'done', 'answered', 'done', 'answered', 'done', 'answered', 'v 0']);
});

it('does nothing where there is more to do than to write', async () => {
  await using driver = createMetaDriver(server);
  const told = new Told();
  expect(directOf(driver).get('k', told, told)).toBe(false);
  await driver.version();
  const bytes = Buffer.from('v');
  const refused = [
    directOf(driver).get('', told, told),
    directOf(driver).get('a b', told, told),
    directOf(driver).get('k'.repeat(251), told, told),
    set(driver, 'schlüssel', bytes, told),
    set(driver, 'k', Buffer.alloc(2049), told),
    set(driver, 'k', bytes, told, -1),
    set(driver, 'k', bytes, told, 2 ** 32),
    set(driver, 'k', bytes, told, 0, -1),
    set(driver, 'k', bytes, told, 0, 0.5),
  ];
  expect(refused).toEqual(refused.map(() => false));
  await driver.close();
  expect(directOf(driver).get('k', told, told)).toBe(false);
  expect(told.words).toEqual([]);
});

it('fails at the deadline, once, and takes the late answer for nobody else', async () => {
  const held: string[] = [];
  await using slow = await startScriptedServer((socket, line) => {
    held.push(line.split(' ').at(-1)!);
    if (held.length === 1) return;
    for (const [index, opaque] of held.entries()) socket.write(`VA 1 f0 ${opaque}\r\n${index}\r\n`);
  });
  await using driver = createMetaDriver(slow, { timeoutMs: 100, hardTimeoutMs: 10_000 });
  await driver.version();
  const told = new Told();
  directOf(driver).get('first', told, told);
  await expect.poll(() => told.words).toEqual(['ERR_MEMCACHE_TIMEOUT', 'ERR_MEMCACHE_TIMEOUT']);
  const next = new Told();
  directOf(driver).get('second', next, next);
  await expect.poll(() => next.words).toEqual(['answered', '1 0']);
  expect(told.words).toHaveLength(2);
});

it('has room for what is asked for in the answer to the one that took it', async () => {
  await using driver = createMetaDriver(server, { maxQueueOps: 1 });
  await driver.version();
  const read = new Told();
  class Reading extends Told {
    override onDone(): void {
      directOf(driver).get('k', read, read);
    }
  }
  expect(set(driver, 'k', Buffer.from('v'), new Reading())).toBe(true);
  await expect.poll(() => read.words).toEqual(['answered', 'v 0']);
});

it('gives a call behind one with a promise its whole time, however long ago the last direct one was', async () => {
  await using slow = await startScriptedServer((socket, line) => {
    const answer = line.startsWith('mn') ? 'MN\r\n' : 'EN\r\n';
    setTimeout(() => socket.write(answer), 20);
  });
  await using driver = createMetaDriver(slow, { timeoutMs: 400 });
  await driver.version();
  const [first, next] = [new Told(), new Told()];
  directOf(driver).get('k', first, first);
  await expect.poll(() => first.words).toEqual(['answered', 'done']);
  await pause(500);
  const promised = driver.get('other');
  expect(directOf(driver).get('k', next, next)).toBe(true);
  expect(await promised).toBeUndefined();
  await expect.poll(() => next.words).toEqual(['answered', 'done']);
});

it('fails a store whose connection is lost, and sends a read again, as with promises', async () => {
  let isLost = false;
  await using flaky = await startScriptedServer((socket, line) => {
    const opaque = line.split(' ').at(-1)!;
    if (line.startsWith('mn')) socket.write('MN\r\n');
    else if (line.startsWith('mg first')) socket.write(`EN\r\n`);
    else if (line.startsWith('mg') && isLost) socket.write(`VA 1 f7 ${opaque}\r\nv\r\n`);
    else if (line.startsWith('ms')) {
      isLost = true;
      socket.destroy();
    }
  });
  await using driver = createMetaDriver(flaky);
  await driver.get('first');
  const [store, read] = [new Told(), new Told()];
  expect(set(driver, 'k', Buffer.from('v'), store)).toBe(true);
  expect(directOf(driver).get('k', read, read)).toBe(true);
  await expect.poll(() => read.words).toEqual(['answered', 'v 7']);
  expect(store.words).toEqual(['ERR_MEMCACHE_CONNECTION_LOST', 'ERR_MEMCACHE_CONNECTION_LOST']);
});

it.each([
  ['a value for a store', 'ms', (opaque: string) => `VA 1 f0 ${opaque}\r\nv\r\n`],
  ['no value for a read', 'mg', (opaque: string) => `HD ${opaque}\r\n`],
  ['a value without flags', 'mg', (opaque: string) => `VA 1 ${opaque}\r\nv\r\n`],
  ['the answer to another request', 'mg', () => 'VA 1 f0 O4000\r\nv\r\n'],
])('drops the connection on %s', async (_, name, answer) => {
  await using odd = await startScriptedServer((socket, line) => socket.write(answer(line.split(' ').at(-1)!)));
  await using driver = createMetaDriver(odd);
  await driver.version();
  const told = new Told();
  if (name === 'ms') set(driver, 'k', Buffer.from('v'), told);
  else directOf(driver).get('k', told, told);
  await expect.poll(() => told.words).toEqual(['ERR_MEMCACHE_PROTOCOL', 'ERR_MEMCACHE_PROTOCOL']);
});
