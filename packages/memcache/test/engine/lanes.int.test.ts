import type { Socket } from 'node:net';

import { startMemcached } from '@lockstep/testing';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';

import { connectMeta, createMetaDriver, type Item, type MemcacheDriver } from '../../src/index.ts';
import { opaqueOf, startScriptedServer } from '../scripted-server.ts';

const large = Buffer.alloc(100_000, 'L');
const bytesOf = async (driver: MemcacheDriver, key: string): Promise<number | undefined> =>
  (await driver.get(key))?.value.length;

async function connectionsOf(observer: MemcacheDriver): Promise<number> {
  return Number((await observer.stats()).get('total_connections'));
}

it('opens a second connection with the first large value, and no third', async () => {
  await using server = await startMemcached();
  await using observer = await connectMeta(server);
  const before = await connectionsOf(observer);
  await using driver = createMetaDriver(server);
  await driver.set('small', Buffer.alloc(32 * 1024 - 1));
  expect(await connectionsOf(observer)).toBe(before + 1);
  await driver.set('large', large);
  await Promise.all(Array.from({ length: 20 }, (_, index) => driver.set(`large-${index}`, large)));
  expect(await bytesOf(driver, 'large')).toBe(large.length);
  expect(await connectionsOf(observer)).toBe(before + 2);
});

it('keeps everything on one connection when told so', async () => {
  await using server = await startMemcached();
  await using observer = await connectMeta(server);
  const before = await connectionsOf(observer);
  await using driver = createMetaDriver(server, { laneBytes: Infinity });
  await Promise.all([driver.set('large', large), driver.set('other', large), driver.get('large')]);
  expect(await bytesOf(driver, 'large')).toBe(large.length);
  expect(await connectionsOf(observer)).toBe(before + 1);
});

/** A server that keeps its answers to what concerns `large`, and those after them, back until it is told. */
async function startHoldingServer() {
  const held: { readonly socket: Socket; readonly answer: () => void }[] = [];
  const server = await startScriptedServer((socket: Socket, line) => {
    const answer = (): void => {
      if (line.startsWith('get ')) socket.write('END\r\n');
      else if (line.startsWith('flush_all')) socket.write('OK\r\n');
      else if (/^m[sd] /.test(line)) socket.write(`HD O${opaqueOf(line)}\r\n`);
      else if (line.startsWith('mg large')) {
        socket.write(`VA ${large.length} f0 O${opaqueOf(line)}\r\n${large.toString('latin1')}\r\n`);
      } else if (line.startsWith('mg ')) socket.write('EN\r\n');
      else if (line === 'mn') socket.write('MN\r\n');
    };
    const isValue = /^(?:L+|v)$/.test(line);
    if (isValue) return;
    // In the order of the connection, as memcached does.
    if (line.includes(' large') || held.some((one) => one.socket === socket)) held.push({ socket, answer });
    else answer();
  });
  return Object.assign(server, {
    held,
    release: () => {
      for (const { answer } of held.splice(0)) answer();
    },
  });
}

it('answers small calls while a large value is on its way', async () => {
  await using server = await startHoldingServer();
  await using driver = createMetaDriver(server, { timeoutMs: 20_000 });
  await driver.get('small');
  const stored = driver.set('large', large);
  await expect.poll(() => server.held.length).toBe(1);
  expect(await driver.get('small')).toBeUndefined();
  await driver.set('other', 'v');
  expect(await driver.getMany(['a', 'b'])).toEqual([undefined, undefined]);
  server.release();
  await stored;
});

it('remembers which keys are large, and reads them where small calls do not wait', async () => {
  await using server = await startHoldingServer();
  await using driver = createMetaDriver(server, { timeoutMs: 20_000 });
  const first = driver.get('large');
  await expect.poll(() => server.held.length).toBe(1);
  server.release();
  expect((await first)?.value.length).toBe(large.length);
  expect(server.accepted).toBe(1);
  const second = driver.get('large');
  await expect.poll(() => server.held.length).toBe(1);
  expect(server.accepted).toBe(2);
  expect(await driver.get('small')).toBeUndefined();
  server.release();
  expect((await second)?.value.length).toBe(large.length);
});

it('sends what is on the key of a large value after it, and not past it', async () => {
  await using server = await startHoldingServer();
  await using driver = createMetaDriver(server, { timeoutMs: 20_000 });
  await driver.get('small');
  const done: string[] = [];
  const note = (name: string, call: Promise<unknown>): Promise<void> => call.then(() => void done.push(name));
  const calls = [
    note('set', driver.set('large', large)),
    note('delete', driver.delete('large')),
    note('small', driver.delete('small')),
  ];
  await calls[2];
  expect(done).toEqual(['small']);
  await expect.poll(() => server.held.length).toBe(2);
  server.release();
  await Promise.all(calls);
  expect(done).toEqual(['small', 'set', 'delete']);
});

it('does not send a large value past what is on its key', async () => {
  await using server = await startHoldingServer();
  await using driver = createMetaDriver(server, { timeoutMs: 20_000 });
  await driver.get('small');
  const deleted = driver.delete('large');
  const stored = driver.set('large', large);
  await expect.poll(() => server.held.length).toBe(2);
  expect(server.accepted).toBe(1);
  server.release();
  expect(await deleted).toBe(true);
  await stored;
});

it.each([
  [
    'a batch',
    (driver: MemcacheDriver) => driver.batch(['a', 'large'].map((key) => ({ kind: 'delete', key: Buffer.from(key) }))),
  ],
  ['getMany', (driver: MemcacheDriver) => driver.getMany(['a', 'large'])],
  ['flushAll', (driver: MemcacheDriver) => driver.flushAll()],
])('has %s wait for a large value that it is about, and what comes later wait for it', async (_, call) => {
  await using server = await startHoldingServer();
  await using driver = createMetaDriver(server, { timeoutMs: 20_000 });
  await driver.get('small');
  const stored = driver.set('large', large);
  await expect.poll(() => server.held.length).toBe(1);
  const sent = server.commands.length;
  const several = call(driver);
  const later = driver.set('later', 'v');
  const expired = driver.get('late', { timeoutMs: 50 });
  await expect(expired).rejects.toHaveProperty('code', 'ERR_MEMCACHE_TIMEOUT');
  expect(server.commands.slice(sent)).toEqual([]);
  server.release();
  await stored;
  await expect.poll(() => server.commands.length).toBeGreaterThan(sent);
  await expect
    .poll(() => {
      server.release();
      return server.commands.some((line) => line.startsWith('ms later'));
    })
    .toBe(true);
  server.release();
  await Promise.all([several, later]);
  expect(server.commands.some((line) => line.startsWith('mg late'))).toBe(false);
});

it('does not let a large value past a flush that was called before it', async () => {
  const connected: Socket[] = [];
  const order: string[] = [];
  await using server = await startScriptedServer(
    (socket, line) => {
      if (line === 'flush_all') {
        order.push('flush');
        socket.write('OK\r\n');
      } else if (line.startsWith('ms ')) {
        order.push('set');
        socket.write(`HD O${opaqueOf(line)}\r\n`);
      }
    },
    (socket) => {
      // The first connection hears nothing until the test says so.
      if (connected.push(socket) === 1) socket.pause();
    },
  );
  await using driver = createMetaDriver(server, { timeoutMs: 20_000, connectTimeoutMs: 20_000 });
  const calls = [driver.flushAll(), driver.set('large', large), driver.set('other', large)];
  await expect.poll(() => connected.length).toBe(1);
  // A second connection would have carried the values past the flush by the time a third party has connected.
  await using observer = createMetaDriver(server);
  await observer.version();
  connected[0]!.resume();
  await Promise.all(calls);
  expect(order).toEqual(['flush', 'set', 'set']);
});

it('counts both lanes in what is queued, and against the bounds', async () => {
  await using server = await startHoldingServer();
  await using driver = createMetaDriver(server, { timeoutMs: 20_000, maxQueueOps: 2 });
  await driver.get('small');
  expect(driver.queued).toEqual({ ops: 0, bytes: 0 });
  const stored = driver.set('large', large);
  const deleted = driver.delete('large');
  expect(driver.queued).toMatchObject({ ops: 2 });
  expect(driver.queued!.bytes).toBeGreaterThan(large.length);
  await expect(driver.get('small')).rejects.toHaveProperty('code', 'ERR_MEMCACHE_OVERLOADED');
  await expect(driver.set('large', large)).rejects.toHaveProperty('code', 'ERR_MEMCACHE_OVERLOADED');
  await expect.poll(() => server.held.length).toBe(2);
  server.release();
  await Promise.all([stored, deleted]);
  expect(driver.queued).toEqual({ ops: 0, bytes: 0 });
});

const modelKeys = ['k1', 'k2', 'k3'];

/** What a call does to a model of the server, and what it should answer. */
interface Step {
  readonly expected: unknown;
  readonly answer: Promise<unknown>;
}

type MakeStep = (driver: MemcacheDriver, model: Map<string, string>, key: string, value: string) => Step;

const textOf = (item: Item | undefined): string | undefined => item?.value.toString();

const set: MakeStep = (driver, model, key, value) => {
  model.set(key, value);
  return { expected: undefined, answer: driver.set(key, value) };
};

const makeStep: Readonly<Record<string, MakeStep>> = {
  small: set,
  large: (driver, model, key, value) => set(driver, model, key, value.padEnd(1000 + 400 * value.length, '.')),
  delete: (driver, model, key) => ({ expected: model.delete(key), answer: driver.delete(key) }),
  append(driver, model, key, value) {
    const before = model.get(key);
    if (before !== undefined) model.set(key, before + value);
    return { expected: before === undefined ? 'not-stored' : 'stored', answer: driver.append(key, value) };
  },
  get: (driver, model, key) => ({ expected: model.get(key), answer: driver.get(key).then(textOf) }),
  getMany: (driver, model) => ({
    expected: modelKeys.map((key) => model.get(key)),
    answer: driver.getMany(modelKeys).then((items) => items.map(textOf)),
  }),
  batch(driver, model, _key, value) {
    const written = modelKeys.slice(0, 2);
    for (const key of written) model.set(key, value);
    const mutation = { kind: 'set' as const, value: Buffer.from(value), flags: 0, expiresAt: 0 };
    return {
      expected: undefined,
      answer: driver.batch(written.map((key) => ({ ...mutation, key: Buffer.from(key) }))),
    };
  },
};

it('carries out calls on a key in their order though nobody awaits them, in whichever lane they are', async () => {
  await using server = await startMemcached();
  const step = fc.record({ key: fc.constantFrom(...modelKeys), kind: fc.constantFrom(...Object.keys(makeStep)) });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 30 }), async (steps) => {
      await using driver = await connectMeta(server, { laneBytes: 1000, timeoutMs: 20_000 });
      // Both connections are there, so that nothing is in order just because one of them comes late.
      await driver.set('warm-up', large);
      await Promise.all(modelKeys.map((key) => driver.delete(key)));
      const model = new Map<string, string>();
      const made = steps.map(({ key, kind }, index) => makeStep[kind]!(driver, model, key, `v${index}`));
      expect(await Promise.all(made.map(({ answer }) => answer))).toEqual(made.map(({ expected }) => expected));
    }),
    { numRuns: 60 },
  );
});
