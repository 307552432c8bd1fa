import { describe, expect, it } from 'vitest';

import { isWholeReply } from '../src/ask-redis.ts';
import { clusterSlot } from '../src/redis-cluster-slot.ts';

describe('clusterSlot', () => {
  // What CLUSTER KEYSLOT of Redis 7.0.15 answers.
  it.each([
    ['123456789', 12_739],
    ['', 0],
    ['k', 7629],
    ['{user:1}:name', 10_778],
    ['{user:1}', 10_778],
    ['user:1', 10_778],
    ['a{}b', 13_694],
    ['a{b', 13_340],
    ['grüße', 3194],
  ])('puts %j into slot %i', (key, slot) => {
    expect(clusterSlot(key)).toBe(slot);
  });
});

describe('isWholeReply', () => {
  it('waits for the last byte of every part', () => {
    const reply = '*3\r\n$2\r\nab\r\n:1\r\n$-1\r\n';
    for (let end = 0; end < reply.length; end++) expect(isWholeReply(reply.slice(0, end))).toBe(false);
    expect(isWholeReply(reply)).toBe(true);
  });
});
