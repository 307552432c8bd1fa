import { describe, expect, it } from 'vitest';

import { parseRedisUrl } from '../../src/redis/redis-url.ts';

describe('parseRedisUrl', () => {
  it.each([
    ['redis://127.0.0.1:4500', { host: '127.0.0.1', port: 4500, db: 0, tls: false, address: '127.0.0.1:4500' }],
    ['redis://cache', { host: 'cache', port: 6379, db: 0, tls: false, address: 'cache:6379' }],
    ['redis://cache/', { host: 'cache', port: 6379, db: 0, tls: false, address: 'cache:6379' }],
    ['rediss://a%40b@cache/3', { host: 'cache', port: 6379, db: 3, tls: true, username: 'a@b', address: 'cache:6379' }],
    ['redis://[::1]:7', { host: '::1', port: 7, db: 0, tls: false, address: '[::1]:7' }],
  ])('reads %s', (url, expected) => {
    expect(parseRedisUrl(url)).toEqual(expected);
  });

  it.each([
    ['', 'not a Redis URL'],
    ['127.0.0.1:6379', 'not a Redis URL'],
    ['redis://', 'not a Redis URL'],
    ['redis://host:port', 'not a Redis URL'],
    ['redis://host/one', 'not a Redis URL'],
    ['redis://host?password=hunter2', 'not a Redis URL'],
    ['redis://host:0', 'port 0 is out of range'],
    ['redis://:hunter2@host', 'must not hold a password'],
    ['redis://user:hunter2@host', 'must not hold a password'],
    ['redis://user%@host', 'not valid percent-encoding'],
  ])('refuses %j without repeating it', (url, message) => {
    const { problem } = parseRedisUrl(url) as { problem: string };
    expect(problem).toContain(message);
    expect(problem).not.toContain('hunter2');
  });
});
