import { startMemcached } from '@lockstep/testing';
import { describe, expect, it } from 'vitest';

import { createMetaDriver, type MemcacheDriver } from '../../src/index.ts';
import { codeOf } from '../hammer.ts';
import { startScriptedServer } from '../scripted-server.ts';
import { rigNames, startRig } from '../soak/rig.ts';
import type { Cache } from '../soak/workload.ts';

type Stores = Pick<MemcacheDriver, 'replace' | 'cas' | 'append' | 'prepend' | 'queued'>;

const noValues: readonly [string, unknown][] = [
  ['5', 5],
  ['{ a: 1 }', { a: 1 }],
  ['undefined', undefined],
  ['null', null],
  ['Uint8Array', new Uint8Array([1, 2, 3])],
  ['ArrayBuffer', new ArrayBuffer(3)],
  ["[ 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…", ['x'.repeat(1000)]],
];

describe.each(rigNames)('the %s', (name) => {
  it('refuses what is neither Buffer nor string, names it and sends nothing', async () => {
    await using server = await startMemcached();
    await using rig = await startRig(name, server);
    const cache = rig.cache as Cache & Stores;
    await cache.set('k', 'from before');
    for (const [told, value] of noValues) {
      const bad = value as Buffer;
      const calls = [
        () => cache.set('k', bad),
        () => cache.add('new', bad),
        () => cache.replace('k', bad),
        () => cache.cas('k', bad, 1n),
        () => cache.append('k', bad),
        () => cache.prepend('k', bad),
      ];
      for (const call of calls) {
        const error: unknown = await call().catch((reason: unknown) => reason);
        expect(error).toBeInstanceOf(TypeError);
        const message = expect.stringContaining(`a value must be a Buffer or a string, got ${told}`);
        expect(error).toHaveProperty('message', message);
      }
    }
    expect(cache.queued ?? { ops: 0, bytes: 0 }).toEqual({ ops: 0, bytes: 0 });
    expect((await cache.get('k'))?.value.toString()).toBe('from before');
    expect(await cache.get('new')).toBeUndefined();
  });
});

it('refuses a batch with what is neither Buffer nor string, and carries out nothing of it', async () => {
  await using server = await startMemcached();
  await using driver = createMetaDriver(server);
  const set = { kind: 'set', key: Buffer.from('a'), value: Buffer.from('x'), flags: 0, expiresAt: 0 } as const;
  const batch = driver.batch([set, { ...set, key: Buffer.from('b'), value: new Uint8Array([1]) as Buffer }]);
  await expect(batch).rejects.toThrow('a value must be a Buffer or a string, got Uint8Array');
  expect(await driver.getMany(['a', 'b'])).toEqual([undefined, undefined]);
  expect(driver.queued).toEqual({ ops: 0, bytes: 0 });
});

it('stores the bytes that were passed though their Buffer is filled anew after an abort in the same turn', async () => {
  await using server = await startMemcached();
  // Everything on one connection, in the order of the calls.
  await using driver = createMetaDriver(server, { laneBytes: Infinity });
  await driver.get('k');
  for (const size of [100, 2048, 2049, 5000, 60_000]) {
    const passed = Buffer.alloc(size, '1');
    const reused = Buffer.from(passed);
    const controller = new AbortController();
    const stored = driver.set('k', reused, { signal: controller.signal }).catch((error: unknown) => {
      reused.fill('2');
      return codeOf(error);
    });
    controller.abort();
    expect(await stored).toBe('20');
    expect((await driver.get('k'))?.value.equals(passed)).toBe(true);
    await driver.delete('k');
  }
});

it('sends nothing of a value whose store was aborted before there was a connection', async () => {
  await using server = await startScriptedServer((socket, line) => {
    if (line.startsWith('mg ')) socket.write('EN\r\n');
  });
  await using driver = createMetaDriver(server);
  const controller = new AbortController();
  const stored = driver.set('k', Buffer.alloc(5000), { signal: controller.signal }).catch(codeOf);
  controller.abort();
  expect(await stored).toBe('20');
  expect(await driver.get('k')).toBeUndefined();
  expect(server.commands.map((line) => line.split(' ')[0])).toEqual(['mg']);
});
