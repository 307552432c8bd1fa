import { checkLeaks, type MemcachedServer, startMemcached } from '@lockstep/testing';
import { describe, expect, it } from 'vitest';

import { codeOf } from '../hammer.ts';
import { hostileServers } from '../soak/misbehaviours.ts';
import { seededRandom } from '../soak/random.ts';
import { startRelay } from '../soak/relay.ts';
import { type Rig, rigNames, startRig } from '../soak/rig.ts';

// These need a timeout for every call, and leave nothing else behind than the others do.
const tooSlow = ['accepts and says nothing', 'breaks off in the middle of a reply', 'sends one byte every 50 ms'];
const misbehaviours = Object.keys(hostileServers).filter((name) => !tooSlow.includes(name));

const keys = Array.from({ length: 100 }, (_, index) => `memory-${index}`);
const value = Buffer.alloc(5000, 'm');
const tooLarge = Buffer.alloc(1024 * 1024 + 1, 'T');
const maxGrowthBytes = 1024 * 1024;

async function countRejected(calls: readonly Promise<unknown>[]): Promise<number> {
  const outcomes = await Promise.all(calls.map((call) => call.then(() => 'answered', codeOf)));
  return outcomes.filter((outcome) => outcome !== 'answered').length;
}

const callAll = ({ cache }: Rig): Promise<number> =>
  countRejected(
    keys.flatMap(
      (key) => [cache.set(key, value), cache.get(key), cache.getMany(keys.slice(0, 5))] as Promise<unknown>[],
    ),
  );

async function recover({ cache }: Rig): Promise<void> {
  // No `expect.poll`, which remembers something of each assertion.
  while ((await countRejected(keys.map((key) => cache.get(key)))) > 0) {
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** What becomes of a server; each is over when the server answers again. Resolves with the number of rejected calls. */
const troubles: Readonly<Record<string, (rig: Rig, server: MemcachedServer) => Promise<number>>> = {
  async 'a server that freezes'(rig, server) {
    await server.freeze();
    const rejected = await callAll(rig);
    await server.thaw();
    return rejected;
  },
  async 'a server that is killed with 10,000 calls in flight'({ cache }, server) {
    await server.freeze();
    const calls = Array.from({ length: 10_000 }, (_, index) => {
      const key = keys[index % keys.length]!;
      return index % 3 === 0 ? cache.set(key, key) : cache.get(key);
    });
    const rejected = countRejected(calls);
    await server.kill();
    await server.restart();
    return rejected;
  },
  async 'a server that comes back empty'(rig, server) {
    const rejected = callAll(rig);
    await server.restart();
    return (await rejected) + 1;
  },
  // Enough of them for a node that the ring gives only a third of the keys.
  'a server without memory': ({ cache }) =>
    countRejected(Array.from({ length: 1000 }, (_, index) => cache.set(`slab-${index}`, Buffer.alloc(10_000)))),
  'values of 1 MB and a byte': ({ cache }) =>
    countRejected(Array.from({ length: 20 }, (_, index) => cache.set(`large-${index}`, tooLarge))),
};

describe.each(rigNames)('the %s', { timeout: 120_000 }, (name) => {
  it('keeps nothing of the connections that it has lost', async () => {
    await using server = await startMemcached();
    await using relay = await startRelay(server);
    await using rig = await startRig(name, relay, { timeoutMs: 200 });
    const random = seededRandom(5);
    let rejected = 0;
    const report = await checkLeaks(
      async () => {
        for (const misbehaviour of misbehaviours) {
          relay.behave(hostileServers[misbehaviour]!(random));
          rejected += await callAll(rig);
          relay.behave();
          await recover(rig);
        }
      },
      { rounds: 4, warmup: 2, settleMs: 5000, maxGrowthBytes },
    );
    expect(rejected).toBeGreaterThan(500);
    expect(report.growthBytes).toBeLessThan(maxGrowthBytes);
  });

  it.each(Object.keys(troubles))('keeps nothing of %s', async (trouble) => {
    await using server = await startMemcached({ memoryMb: 2, args: ['-M'] });
    await using rig = await startRig(name, server, { timeoutMs: 200 });
    let rejected = 0;
    const report = await checkLeaks(
      async () => {
        rejected += await troubles[trouble]!(rig, server);
        await recover(rig);
      },
      { rounds: 4, warmup: 2, settleMs: 5000, maxGrowthBytes },
    );
    expect(rejected).toBeGreaterThan(0);
    expect(report.growthBytes).toBeLessThan(maxGrowthBytes);
  });
});
