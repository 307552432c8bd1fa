import { type RedisServer, startRedis } from '@lockstep/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { openFaultLab, quick } from './fault-lab.ts';
import { startWorkerProcess } from './start-worker-process.ts';

let server: RedisServer;
beforeAll(async () => {
  server = await startRedis();
});
afterAll(() => server.close());

const slow = { timeout: 25_000 };

describe('the leader of a source marked single', { timeout: 60_000 }, () => {
  it('that stands still right before its write stores nothing once another is elected, though nobody has the key', async () => {
    let calls = 0;
    const options = { bounds: quick, single: true } as const;
    await using lab = openFaultLab(server.port, 'leader', () => [{ id: 'a', call: ++calls }], options);
    await lab.gateway.read('rows:1');
    const stopping = [{ name: 'leader', step: 'loaded', single: true }] as const;
    using leader = startWorkerProcess(server.port, stopping, () => ++calls);
    await expect.poll(() => leader.kinds('leader'), slow).toContain('ready');
    await lab.queue.enqueue({ key: 'rows:1', reason: 'manual', requestedAt: 0 });
    await expect.poll(() => leader.kinds('leader'), slow).toContain('at');
    leader.child.kill('SIGSTOP');
    // The next leader is given no task: its token is all that the old one can be refused by.
    await lab.queue.pause();
    lab.worker.start();
    await expect.poll(() => lab.worker.leads('rows'), slow).toBe(true);
    leader.goOn('leader');
    leader.child.kill('SIGCONT');
    await expect.poll(() => leader.outcomes('leader')).toEqual(['superseded']);
    expect(await lab.storedCall('1')).toBe(1);
    leader.child.kill('SIGKILL');
    await lab.queue.resume();
    await expect.poll(() => lab.storedCall('1'), slow).toBe(3);
    await expect.poll(() => lab.worker.stats().refreshed).toBe(1);
  });
});
