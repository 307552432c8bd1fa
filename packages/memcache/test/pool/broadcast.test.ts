import { expect, it } from 'vitest';

import type { MemcacheError } from '../../src/index.ts';
import { broadcast, type BroadcastPolicy, type NodeTask } from '../../src/pool/broadcast.ts';

const code = 'ERR_MEMCACHE_PARTIAL_DELETE';

interface Controlled extends NodeTask {
  readonly confirm: () => void;
  readonly fail: () => void;
}

function createTasks(count: number): Controlled[] {
  return Array.from({ length: count }, (_, index) => {
    let confirm = (): void => {};
    let fail = (): void => {};
    const done = new Promise<void>((resolve, reject) => {
      confirm = resolve;
      fail = () => reject(new Error(`node ${index} is away`));
    });
    return { node: { host: `n${index}` }, done, confirm, fail };
  });
}

const start = (tasks: Controlled[], policy: BroadcastPolicy, late: string[] = []): Promise<unknown> =>
  broadcast(tasks, { policy, code, onLateFailure: (node) => late.push(node.host) }).then(
    (outcomes) => outcomes.map(({ confirmed, isPending }) => (isPending ? 'pending' : confirmed)),
    (error: MemcacheError) => [
      error.code,
      ...error.outcomes.map(({ confirmed, isPending }) => (isPending ? 'pending' : confirmed)),
    ],
  );

it('resolves with the first confirmation, and tells of a failure that comes later', async () => {
  const tasks = createTasks(3);
  const late: string[] = [];
  const outcome = start(tasks, 'firstSuccess', late);
  tasks[0]!.fail();
  tasks[1]!.confirm();
  expect(await outcome).toEqual([false, true, 'pending']);
  tasks[2]!.fail();
  await expect.poll(() => late).toEqual(['n2']);
});

it('resolves with the confirmations of more than half', async () => {
  const tasks = createTasks(4);
  const outcome = start(tasks, 'quorum');
  tasks[0]!.confirm();
  tasks[1]!.confirm();
  expect(await Promise.race([outcome, new Promise((resolve) => setImmediate(() => resolve('waits')))])).toBe('waits');
  tasks[3]!.confirm();
  expect(await outcome).toEqual([true, true, 'pending', true]);
});

it('rejects as soon as no quorum can come about', async () => {
  const tasks = createTasks(4);
  const outcome = start(tasks, 'quorum');
  tasks[0]!.fail();
  tasks[1]!.fail();
  expect(await outcome).toEqual([code, false, false, 'pending', 'pending']);
});

it('rejects for want of a first success only when every node has failed', async () => {
  const tasks = createTasks(2);
  const outcome = start(tasks, 'firstSuccess');
  tasks[0]!.fail();
  tasks[1]!.fail();
  expect(await outcome).toEqual([code, false, false]);
});

it('waits for every node when all must confirm, and names those that did not', async () => {
  const tasks = createTasks(3);
  const outcome = broadcast(tasks, { policy: 'all', code });
  tasks[1]!.fail();
  tasks[0]!.confirm();
  tasks[2]!.confirm();
  await expect(outcome).rejects.toThrow('1 of 3 nodes did not confirm (n1:11211: node 1 is away)');
});

it('resolves at once when there is nobody to ask', async () => {
  expect(await start([], 'all')).toEqual([]);
  expect(await start([], 'quorum')).toEqual([]);
});

it('refuses a policy that it does not know', () => {
  expect(() => broadcast([], { policy: 'most' as BroadcastPolicy, code })).toThrow(
    TypeError("policy must be 'all', 'firstSuccess' or 'quorum', got most"),
  );
});
