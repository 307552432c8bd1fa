import { type RedisServer, startRedis } from '@lockstep/testing';
import { afterAll, beforeAll, describe, it } from 'vitest';

import { openFaultLab, type Row } from './fault-lab.ts';

let server: RedisServer;
beforeAll(async () => {
  server = await startRedis();
});
afterAll(() => server.close());

const hang = (): Promise<never> => new Promise(() => undefined);

describe.concurrent('a source that', () => {
  it.for([
    { name: 'fails', fault: (): never => fail() },
    { name: 'hangs', fault: hang },
    { name: 'returns-text', fault: (): Row[] => 'garbage' as unknown as Row[] },
    { name: 'returns-a-key-twice', fault: (): Row[] => [row(0), row(0)] },
  ])('$name leaves what is stored, and is asked again until it answers', async ({ name, fault }, { expect }) => {
    let calls = 0;
    await using lab = openFaultLab(server.port, name, () => {
      calls++;
      return calls === 2 || calls === 3 ? fault() : [row(calls)];
    });
    await lab.gateway.read('rows:1');
    lab.worker.start();
    await lab.gateway.invalidate('rows:1');
    expect((await lab.gateway.read('rows:1')).state).toBe('stale');
    await expect.poll(() => calls).toBeGreaterThanOrEqual(3);
    expect([1, 4]).toContain(await lab.storedCall('1'));
    await expect.poll(() => lab.storedCall('1')).toBe(4);
    await expect.poll(() => lab.worker.stats()).toMatchObject({ loadsFailed: 2, refreshed: 1 });
    await expect.poll(() => lab.queue.counts()).toMatchObject({ waiting: 0, active: 0, delayed: 0, dead: 0 });
  });

  it('never answers rightly ends as a dead task, and readers have what is stored', async ({ expect }) => {
    let calls = 0;
    await using lab = openFaultLab(server.port, 'dead', () => (++calls > 1 ? fail() : [row(calls)]));
    await lab.gateway.read('rows:1');
    lab.worker.start();
    await lab.gateway.invalidate('rows:1');
    await expect.poll(() => lab.queue.counts()).toMatchObject({ dead: 1, waiting: 0, active: 0, delayed: 0 });
    // One load, and eight attempts; eight more where the log told of it while an attempt was running.
    expect([9, 17]).toContain(calls);
    expect((await lab.gateway.read('rows:1')).state).toBe('stale');
  });

  it.for([
    { whenEmpty: 'store', stored: -1 },
    { whenEmpty: 'keep', stored: 1 },
  ] as const)('returns nothing: $whenEmpty', async ({ whenEmpty, stored }, { expect }) => {
    let calls = 0;
    await using lab = openFaultLab(server.port, `empty-${whenEmpty}`, () => (++calls === 2 ? [] : [row(calls)]), {
      whenEmpty,
    });
    await lab.gateway.read('rows:1');
    lab.worker.start();
    await lab.gateway.invalidate('rows:1');
    await expect.poll(() => lab.worker.stats().refreshed + lab.worker.stats().unchanged).toBe(1);
    expect(await lab.storedCall('1')).toBe(stored);
    expect((await lab.gateway.read('rows:1')).state).toBe('fresh');
    expect(calls).toBe(2);
  });
});

describe('a source marked single', () => {
  it('is refreshed by its leader only, whoever gets the task', async ({ expect }) => {
    const calls = { first: 0, second: 0 };
    await using first = openFaultLab(server.port, 'single', () => [row(++calls.first)], { single: true });
    await using second = openFaultLab(server.port, 'single', () => [row(++calls.second)], { single: true });
    first.worker.start();
    await expect.poll(() => first.worker.leads('rows')).toBe(true);
    second.worker.start();
    const ids = Array.from({ length: 12 }, (_, i) => `${i}`);
    const key = (id: string): string => `rows:${id}`;
    await Promise.all(ids.map((id) => first.queue.enqueue({ key: key(id), reason: 'stale', requestedAt: 0 })));
    await expect.poll(() => first.worker.stats().refreshed).toBe(12);
    expect(calls).toEqual({ first: 12, second: 0 });
    expect(second.worker.stats().loads).toBe(0);
    await first.worker.close();
    await expect.poll(() => second.worker.leads('rows')).toBe(true);
    await second.gateway.invalidate('rows:1', 'expire');
    await expect.poll(() => calls.second).toBe(1);
  });
});

function row(call: number): Row {
  return { id: 'a', call };
}

function fail(): never {
  throw new Error('the source is broken');
}
