import { startMemcached } from '@lockstep/testing';
import { describe, expect, it } from 'vitest';

import { createMetaDriver } from '../../src/index.ts';
import { codeOf } from '../hammer.ts';
import { opaqueOf, startScriptedServer } from '../scripted-server.ts';
import { type Rig, rigNames, startRig } from '../soak/rig.ts';
import { tell, told } from '../soak/told-value.ts';

const timeoutMs = 10_000;
const tooLarge = Buffer.alloc(1024 * 1024 + 1, 'T');

/** Keys of the node that is refused something. */
const exposedKeys = (rig: Rig, name: string, count: number): string[] =>
  Array.from({ length: 20 * count }, (_, index) => `${name}-${index}`)
    .filter((key) => rig.isExposed(key))
    .slice(0, count);

describe.each(rigNames)('the %s', (name) => {
  it('rejects a value of 1 MB and a byte alone, whatever is in flight beside it', async () => {
    await using server = await startMemcached();
    await using rig = await startRig(name, server, { timeoutMs });
    const { cache } = rig;
    const [huge, small, count] = exposedKeys(rig, 'refused', 3) as [string, string, string];
    await cache.set(huge, 'the value from before');
    await cache.set(count, '0');
    for (let round = 1; round <= 20; round++) {
      const outcomes = await Promise.all(
        [
          cache.set(small, `before ${round}`),
          cache.set(huge, tooLarge),
          cache.get(small).then((item) => item?.value.toString()),
          cache.incr(count, 1n),
          cache.set(huge, tooLarge),
          cache.set(small, `after ${round}`),
          cache.getMany([small, small]).then((items) => items.map((item) => item?.value.toString())),
        ].map((call) => call.catch(codeOf)),
      );
      expect(outcomes).toEqual([
        undefined,
        'ERR_MEMCACHE_VALUE_TOO_LARGE',
        `before ${round}`,
        BigInt(round),
        'ERR_MEMCACHE_VALUE_TOO_LARGE',
        undefined,
        [`after ${round}`, `after ${round}`],
      ]);
    }
    // The server drops what was there, so that nobody reads the value that was to be replaced.
    expect(await cache.get(huge)).toBeUndefined();
    await cache.set(huge, tooLarge.subarray(0, 1_000_000));
    expect((await cache.get(huge))?.value.equals(tooLarge.subarray(0, 1_000_000))).toBe(true);
  });

  it('rejects with ERR_MEMCACHE_SERVER while the server has no memory, and lies about no value', async () => {
    await using server = await startMemcached({ memoryMb: 2, args: ['-M'] });
    await using rig = await startRig(name, server, { timeoutMs });
    const { cache } = rig;
    const keys = exposedKeys(rig, 'memory', 400);
    const write = (key: string, version: number): Promise<string> =>
      cache.set(key, tell({ key, version }, 10_000)).then(() => 'stored', codeOf);
    const first = await Promise.all(keys.map((key) => write(key, 1)));
    expect(new Set(first)).toEqual(new Set(['stored', 'ERR_MEMCACHE_SERVER']));
    const second = await Promise.all(keys.map((key) => write(key, 2)));
    const items = await Promise.all(keys.map((key) => cache.get(key)));
    // What was refused may have left the value from before; what was stored is there, nothing is thrown out.
    const isTrue = (key: string, index: number): boolean => {
      const item = items[index];
      const said = item === undefined ? undefined : told(item.value);
      if (second[index] === 'stored') return said?.key === key && said.version === 2;
      return item === undefined || (said?.key === key && said.version === 1 && first[index] === 'stored');
    };
    expect(keys.filter((key, index) => !isTrue(key, index))).toEqual([]);
    await Promise.all(keys.map((key) => cache.delete(key)));
    expect(await write(keys[0]!, 3)).toBe('stored');
    expect(told((await cache.get(keys[0]!))!.value)).toEqual({ key: keys[0], version: 3 });
  });

  it('rejects a key with a line break in every call, and sends nothing of it', async () => {
    await using server = await startMemcached();
    await using rig = await startRig(name, server, { timeoutMs });
    const { cache } = rig;
    const [victim] = exposedKeys(rig, 'victim', 1) as [string];
    await cache.set(victim, 'unharmed');
    const keys = [
      `a\r\nmd ${victim}`,
      `a\r\nset ${victim} 0 0 1\r\nx\r\n`,
      `${victim}\r`,
      `${victim}\n`,
      Buffer.from(`a\r\nflush_all`),
      'a b',
      'a\0',
      '',
      'k'.repeat(251),
    ];
    const calls = keys.flatMap((key) => [
      () => cache.get(key),
      () => cache.gets(key),
      () => cache.gat(key, 10),
      () => cache.getMany([victim, key]),
      () => cache.set(key, 'x'),
      () => cache.add(key, 'x'),
      () => cache.delete(key),
      () => cache.incr(key, 1n),
    ]);
    // A pool may refuse a key before it makes a promise, a driver may not; either way the caller hears it.
    const codes = await Promise.all(calls.map(async (call) => call().then(() => 'answered', codeOf)));
    expect(new Set(codes)).toEqual(new Set(['ERR_MEMCACHE_BAD_KEY']));
    expect((await cache.get(victim))?.value.toString()).toBe('unharmed');
  });
});

const setOf = (key: string) =>
  ({ kind: 'set', key: Buffer.from(key), value: Buffer.from('value'), flags: 0, expiresAt: 0 }) as const;

it('deletes what a batch could not store though the queue is full by then', async () => {
  const held: (() => void)[] = [];
  await using server = await startScriptedServer((socket, line) => {
    const opaque = opaqueOf(line);
    if (line.startsWith('ms ')) socket.write('SERVER_ERROR object too large for cache\r\n');
    else if (line === 'mn') socket.write('MN\r\n');
    else if (line.startsWith('md ')) held.push(() => socket.write(`HD O${opaque}\r\n`));
    else if (line.startsWith('get ')) held.push(() => socket.write('END\r\n'));
    // In the order of the connection, as memcached does: what comes behind the read waits for it.
    if (server.commands.some((command) => command.startsWith('md '))) for (const answer of held.splice(0)) answer();
  });
  await using driver = createMetaDriver(server, { maxQueueOps: 2, timeoutMs: 10_000 });
  await driver.version();
  const batch = driver.batch([setOf('k')]);
  const read = driver.getMany(['a', 'b', 'c']);
  await expect(driver.get('d')).rejects.toHaveProperty('code', 'ERR_MEMCACHE_OVERLOADED');
  await batch;
  expect(await read).toEqual([undefined, undefined, undefined]);
  expect(driver.queued).toEqual({ ops: 0, bytes: 0 });
});

it('does not say that nothing was sent of a batch whose deletes could not be', async () => {
  let isGone = false;
  await using server = await startScriptedServer(
    (socket, line) => {
      if (line !== 'mn') return;
      isGone = true;
      // What makes no sense ends the connection in the same moment as the batch learns of the refusal.
      socket.write('SERVER_ERROR object too large for cache\r\nMN\r\nnonsense\r\n');
    },
    (socket) => {
      if (isGone) socket.destroy();
    },
  );
  await using driver = createMetaDriver(server, { timeoutMs: 10_000, random: () => 0.999 });
  const error: unknown = await driver.batch([setOf('k')]).catch((reason: unknown) => reason);
  expect(error).toHaveProperty('code', 'ERR_MEMCACHE_CONNECTION_LOST');
  expect(error).toHaveProperty('cause.code', 'ERR_MEMCACHE_NODE_DOWN');
  await expect(driver.get('k')).rejects.toHaveProperty('code', 'ERR_MEMCACHE_NODE_DOWN');
});

it('takes or refuses a read of many keys as a whole, however long their list', async () => {
  await using server = await startMemcached();
  await using driver = createMetaDriver(server, { maxQueueOps: 10 });
  const keys = Array.from({ length: 200 }, (_, index) => `${index}`.padStart(250, '0'));
  await driver.set(keys[150]!, 'there');
  const items = await driver.getMany(keys);
  expect(items.map((item) => item?.value.toString())).toEqual(
    keys.map((_key, index) => (index === 150 ? 'there' : undefined)),
  );
  const first = driver.getMany(keys);
  await expect(driver.getMany(keys)).rejects.toHaveProperty('code', 'ERR_MEMCACHE_OVERLOADED');
  expect(await first).toHaveLength(200);
});
