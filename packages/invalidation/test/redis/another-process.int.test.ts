import { expect, it } from 'vitest';

import { createRedisLog } from '../../src/index.ts';
import { record } from '../recorder.ts';
import { setupRedis, stateOf } from '../redis-setup.ts';

const redis = setupRedis();

it.each([false, true])(
  'a publish to another process that has a copy of the log begins an epoch, with shared values beside it: %s',
  async (isShared) => {
    const client = redis.connect();
    const namespace = redis.namespace();
    const log = createRedisLog({ client, namespace });
    await record(log).follower.ready;
    const before = await log.publish(['a']);
    const state = stateOf(namespace);
    if (isShared) await client.hset(state, 'v', '1');
    // It has another run id, and knows no scripts.
    await client.hset(state, 'r', 'f'.repeat(40));
    await client.script('FLUSH');
    // One that does not know of shared values yet.
    const position = await createRedisLog({ client, namespace }).publish(['b']);
    expect(position.split('-')).toEqual([expect.not.stringMatching(before.split('-')[0]!), '1']);
    expect(await client.hget(state, 'r')).not.toMatch(/^f+$/);
    await log.close();
  },
);
