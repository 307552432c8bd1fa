import { createRing, presets, type Ring } from '@lockstep/hashring';
import { type FaultProxy, startFaultProxy } from '@lockstep/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';

import { type CallOptions, createMetaDriver, type MemcachePool, type PoolOptions } from '../../src/index.ts';
import { createFakeDriver } from './fake-driver.ts';
import { createManualClock } from './manual-clock.ts';
import { type PoolLab, startPoolLab, textOf } from './pool-lab.ts';

/** Longer than a test may take: what waits for this fails. */
const patientMs = 60_000;

let lab: PoolLab;
let from: Ring;
let ring: Ring;
let proxy: FaultProxy;
/** A key that has moved from node 0, which owns others still, to node 1, which owned others before. */
let key: string;
let writer: MemcachePool;
let reader: MemcachePool;

beforeEach(async () => {
  lab = await startPoolLab();
  const nodes = lab.servers.map(({ host, port }) => ({ host, port }));
  from = createRing(nodes.slice(0, 2), presets.memjs());
  ring = createRing(nodes, presets.memjs());
  const names = Array.from({ length: 100 }, (_, index) => `moved-${index}`);
  key = names.find((name) => from.pick(name) === 0 && ring.pick(name) === 1)!;
  proxy = await startFaultProxy({ to: lab.servers[0]! });
  await using old = createMetaDriver(lab.servers[0]!);
  await old.set(key, 'old');
  const options: Partial<PoolOptions> = { ring, warmUp: { from }, timeoutMs: patientMs };
  const createDriver: PoolOptions['createDriver'] = ({ host, port }) =>
    createMetaDriver(port === nodes[0]!.port ? proxy : { host, port: port! }, { timeoutMs: patientMs });
  writer = lab.open({ ...options, createDriver });
  reader = lab.open(options);
  await Promise.all([writer.deleteEverywhere('connected'), reader.deleteEverywhere('connected')]);
});

afterEach(async () => {
  await lab[Symbol.asyncDispose]();
  await proxy.close();
});

const buffer = (text: string): Buffer => Buffer.from(text);

it.each<[string, () => Promise<unknown>]>([
  ['deleteEverywhere', () => writer.deleteEverywhere(key)],
  ['flushAll', () => writer.flushAll()],
  ['delete', () => writer.delete(key)],
  ['applyBatch', () => writer.applyBatch([{ kind: 'delete', key: buffer(key) }])],
])('lets no other process keep what %s has removed, however slow the way to the former owner', async (_, remove) => {
  proxy.delay({ upMs: 100 });
  const removal = remove().then(() => 'removed');
  while ((await Promise.race([removal, reader.get(key)])) !== 'removed');
  expect(await reader.get(key)).toBeUndefined();
});

it('takes the time for the former owner out of the time of the write', async () => {
  proxy.halfOpen();
  await writer.set(key, 'new', { timeoutMs: 1000 });
  expect(lab.events.at(-1)).toMatchObject({ type: 'warm-up-stopped', error: { code: 'ERR_MEMCACHE_TIMEOUT' } });
  expect(await textOf(writer.get(key))).toBe('new');
});

it.each<[string, (pool: MemcachePool) => Promise<unknown>, number[]]>([
  ['set', (pool) => pool.set(key, 'new', { timeoutMs: 1000 }), [500, 700]],
  ['applyBatch', (pool) => pool.applyBatch([{ kind: 'delete', key: buffer(key) }], { timeoutMs: 1000 }), [500, 700]],
  ['deleteEverywhere', (pool) => pool.deleteEverywhere(key, { timeoutMs: 1000 }), [500, 700, 700]],
  ['flushAll', (pool) => pool.flushAll({ timeoutMs: 1000 }), [500, 500, 700, 700, 700]],
])('gives the former owner half of the time of %s, and the others what is left', async (_, write, expected) => {
  const clock = createManualClock();
  const times: unknown[] = [];
  const take = async (options: CallOptions | undefined): Promise<void> => void times.push(options?.timeoutMs);
  let pauses = 0;
  const pause = (): void => {
    if (pauses++ === 0) clock.advance(300);
  };
  const driver = createFakeDriver({
    delete: (_key, options) =>
      take(options)
        .then(pause)
        .then(() => true),
    flushAll: (options) => take(options).then(pause),
    set: (_key, _value, options) => take(options),
    batch: (_mutations, options) => take(options),
  });
  await write(lab.open({ ring, warmUp: { from }, clock, createDriver: () => driver }));
  expect(times).toEqual(expected);
});

it('rejects with the reason of the signal while it waits for the former owner', async () => {
  proxy.halfOpen();
  const controller = new AbortController();
  const removal = writer.delete(key, { signal: controller.signal });
  controller.abort(new Error('enough'));
  await expect(removal).rejects.toThrow('enough');
});

it('reads no more from a former owner that did not confirm a deleteEverywhere', async () => {
  proxy.halfOpen();
  const outcomes = await writer.deleteEverywhere(key, { policy: 'quorum', timeoutMs: 1000 });
  expect(outcomes.map(({ confirmed }) => confirmed)).toEqual([false, true, true]);
  await proxy.heal();
  expect(await writer.get(key)).toBeUndefined();
});

it('leaves a time that makes no sense for the driver to refuse', async () => {
  await expect(writer.delete(key, { timeoutMs: -5 })).rejects.toThrow(RangeError);
});
