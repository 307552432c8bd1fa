import { createRing } from '@lockstep/hashring';
import { checkLeaks } from '@lockstep/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { createMetaDriver, createPool } from '../../src/index.ts';
import { codeOf, fill, hammer, hammerKeys } from '../hammer.ts';
import { opaqueOf, startScriptedServer } from '../scripted-server.ts';
import { type PoolLab, startPoolLab, textOf } from './pool-lab.ts';

let lab: PoolLab;

beforeAll(async () => {
  lab = await startPoolLab();
});

afterAll(() => lab[Symbol.asyncDispose]());

describe('reloading a pool', () => {
  it('fails no call and returns no wrong value over 200 reloads under load', async () => {
    const pool = lab.open({ timeoutMs: 2000 });
    await fill(pool);
    const traffic = { isDone: false };
    const reads = hammer(pool, () => traffic.isDone, 16);
    const writeErrors: string[] = [];
    const writes = (async () => {
      while (!traffic.isDone) {
        await fill(pool).catch((error: unknown) => writeErrors.push(codeOf(error)));
        await new Promise((resolve) => setImmediate(resolve));
      }
    })();
    for (let round = 0; round < 200; round++) {
      await pool.reload(round % 2 === 0 ? lab.ring.without(round % 3) : lab.ring);
    }
    traffic.isDone = true;
    const tally = await reads;
    await writes;
    expect([...tally.codes, ...writeErrors, ...tally.wrong]).toEqual([]);
    expect(tally.hits).toBeGreaterThan(1000);
    expect(pool.nodes().map(({ up }) => up)).toEqual([true, true, true]);
  });

  it('keeps the drivers of the addresses that stay, and closes those that leave once their calls have ended', async () => {
    const made: string[] = [];
    const closed: string[] = [];
    const pool = lab.open({
      timeoutMs: 2000,
      createDriver: (node) => {
        made.push(`${node.port}`);
        const driver = createMetaDriver(node, { timeoutMs: 2000 });
        return new Proxy(driver, {
          get(target, name) {
            if (name === 'close') closed.push(`${node.port}`);
            const found = Reflect.get(target, name, target) as unknown;
            return typeof found === 'function' ? (found.bind(target) as unknown) : found;
          },
        });
      },
    });
    const ports = lab.servers.map(({ port }) => `${port}`);
    const calls = Array.from({ length: 500 }, (_, index) => pool.set(`in-flight-${index}`, 'v'));
    await pool.reload(createRing(lab.ring.nodes.slice(1).map((node) => ({ ...node, weight: 2 }))));
    await Promise.all(calls);
    expect(made).toEqual(ports);
    expect(closed).toEqual([ports[0]]);
    expect(pool.ring.nodes.map(({ weight }) => weight)).toEqual([2, 2]);
    expect(pool.nodes()).toHaveLength(2);
  });

  it('empties a node that returns before it owns a key again', async () => {
    const pool = lab.open({ timeoutMs: 2000 });
    const key = lab.keyOf(0);
    await pool.set(key, 'old');
    await pool.reload(lab.ring.without(0));
    await pool.set(key, 'new');
    await pool.reload(lab.ring);
    expect(await pool.get(key)).toBeUndefined();
    await pool.set(key, 'old');
    await pool.reload(lab.ring.without(0));
    await pool.reload(lab.ring, { flush: 'none' });
    expect(await textOf(pool.get(key))).toBe('old');
    expect(lab.events.at(-1)).toEqual({ type: 'reloaded', added: [lab.ring.nodes[0]], removed: [] });
  });

  it('does not let a node serve that could not be emptied', async () => {
    const pool = lab.open();
    const key = lab.keyOf(0);
    await pool.set(key, 'old');
    await pool.reload(lab.ring.without(0));
    await lab.servers[0]!.freeze();
    await pool.reload(lab.ring);
    await expect(pool.get(key)).rejects.toHaveProperty('code', 'ERR_MEMCACHE_NODE_DOWN');
    await lab.servers[0]!.thaw();
    await lab.until('node-up');
    expect(await pool.get(key)).toBeUndefined();
    expect(lab.events.at(-1)).toMatchObject({ type: 'node-up', cleared: 'flushed' });
  });

  it('gives up on calls that do not end in time', async () => {
    await using silent = await startScriptedServer(() => {});
    const pool = lab.open({ timeoutMs: 5000, ring: createRing([silent]) });
    const call = pool.get('k').catch(codeOf);
    await expect.poll(() => silent.commands).toHaveLength(1);
    await pool.reload(lab.ring, { drainTimeoutMs: 20 });
    expect(await call).toBe('ERR_MEMCACHE_CLOSED');
    await expect.poll(() => lab.events.at(-1)).toMatchObject({ type: 'drain-expired', inFlight: 1 });
  });

  it('takes reloads in the order of the calls, and none once it is closed', async () => {
    const pool = lab.open();
    await Promise.all([pool.reload(lab.ring.without(0)), pool.reload(lab.ring), pool.reload(lab.ring.without(1))]);
    expect(pool.ring.nodes.map(({ port }) => port)).toEqual([lab.servers[0]!.port, lab.servers[2]!.port]);
    expect((await pool.deleteMany(hammerKeys)).every(({ confirmed }) => confirmed)).toBe(true);
    await pool.close();
    await expect(pool.reload(lab.ring)).rejects.toHaveProperty('code', 'ERR_MEMCACHE_CLOSED');
  });

  it('does not close what it is about to bring in when an earlier warm-up ends meanwhile', async () => {
    await using slow = await startScriptedServer((socket, line) => {
      if (line.startsWith('flush_all')) setTimeout(() => socket.write('OK\r\n'), 300);
      else socket.write(`HD O${opaqueOf(line)}\r\n`);
    });
    const pool = lab.open({ timeoutMs: 2000 });
    await pool.reload(lab.ring, { warmUp: { forMs: 100 } });
    await pool.reload(createRing([slow]), { flush: 'added' });
    expect(slow.commands[0]).toMatch(/^flush_all/);
    expect(await pool.delete('k')).toBe(true);
  });

  it('leaves no socket, no timer and no memory behind', async () => {
    const report = await checkLeaks(
      async () => {
        await using pool = createPool({ ring: lab.ring, failover: 'eject' });
        await fill(pool);
        await pool.reload(lab.ring.without(2));
        await pool.reload(lab.ring, { warmUp: { forMs: 60_000 } });
        await hammer(pool, ({ hits, misses }) => hits + misses > 100);
      },
      { rounds: 20 },
    );
    expect(report).toBeDefined();
  });
});
