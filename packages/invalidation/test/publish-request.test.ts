import { describe, expect, it } from 'vitest';

import { createMemoryLog } from '../src/index.ts';

describe('what a publish refuses', () => {
  it('is named', async () => {
    await using log = createMemoryLog();
    await expect(log.publish([])).rejects.toThrow('at least one key or tag');
    await expect(log.publish(Array.from({ length: 10_001 }, () => 'a'))).rejects.toThrow('at most 10000 keys');
    await expect(log.publish(['a\uD800'])).rejects.toThrow('a key must be well-formed text, got "a\\ud800"');
    await expect(log.publish([7 as unknown as string])).rejects.toThrow('a key must be a string or bytes, got number');
    await expect(log.publish([], { tags: ['\uDC00'] })).rejects.toThrow('a tag must be well-formed text');
    const many = Array.from({ length: 1001 }, () => 'a');
    await expect(log.publish([], { tags: many })).rejects.toThrow('at most 1000 tags');
    await expect(log.publish(['a'], { origin: 'x'.repeat(257) })).rejects.toThrow('origin takes at most 256');
    await expect(log.clear({ traceId: 'x'.repeat(257) })).rejects.toThrow('traceId takes at most 256');
    const follow = (options: object) => () =>
      log.follow({ onInvalidate: () => undefined, onReset: () => undefined, ...options });
    expect(follow({ from: 'yesterday' })).toThrow('a position is what publish or a follower gave');
    expect(follow({ heartbeatMs: 0 })).toThrow('heartbeatMs must be at least 10, got 0');
    expect(follow({ leaseMs: 0 })).toThrow('leaseMs must be positive, got 0');
  });
});
