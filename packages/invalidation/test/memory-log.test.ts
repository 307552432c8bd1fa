import { describe, expect, it } from 'vitest';

import { createMemoryLog } from '../src/index.ts';
import { describeInvalidationLog } from './log-conformance.ts';
import { record } from './recorder.ts';

describeInvalidationLog('createMemoryLog', { createLog: () => createMemoryLog() });
describeInvalidationLog('createMemoryLog with 4 shards', { createLog: () => createMemoryLog({ shards: 4 }) });

describe('createMemoryLog', () => {
  it('has told its followers by the time a publish resolves', async () => {
    const log = createMemoryLog();
    const { follower, keys } = record(log);
    await follower.ready;
    await log.publish(['a']);
    expect(keys).toEqual(['a']);
    expect(follower.horizonAgeMs()).toBe(0);
  });

  it('tells every follower in order when a callback publishes', async () => {
    const log = createMemoryLog();
    const first = record(log, { onInvalidate: (keys) => void (keys[0] === 'a' && log.publish(['b'])) });
    const second = record(log);
    await Promise.all([first.follower.ready, second.follower.ready]);
    await log.publish(['a']);
    expect(second.keys).toEqual(['a', 'b']);
  });

  it('resets a follower that starts where entries were dropped', async () => {
    const log = createMemoryLog({ maxEntries: 2 });
    const positions: string[] = [];
    for (const key of ['a', 'b', 'c', 'd']) positions.push(await log.publish([key]));
    const late = record(log, { from: positions[0]! });
    const justInTime = record(log, { from: positions[1]! });
    await Promise.all([late.follower.ready, justInTime.follower.ready]);
    expect(late).toMatchObject({ resets: ['trimmed'], keys: [] });
    expect(justInTime).toMatchObject({ resets: [], keys: ['c', 'd'] });
  });

  it('refuses a length that is not a positive integer', () => {
    expect(() => createMemoryLog({ maxEntries: 0 })).toThrow('maxEntries must be a positive integer, got 0');
  });
});
