import { describe, expect, it } from 'vitest';

import { parseNode } from '../../src/config/parse-node.ts';

describe('parseNode', () => {
  it.each([
    ['cache-1', { host: 'cache-1' }],
    ['cache-1.example:11212', { host: 'cache-1.example', port: 11212 }],
    ['10.0.0.1:11211:3', { host: '10.0.0.1', port: 11211, weight: 3 }],
    ['a:1:0.25', { host: 'a', port: 1, weight: 0.25 }],
    ['a:1:1 server1', { host: 'a', port: 1, weight: 1, label: 'server1' }],
    ['[::1]:11211', { host: '::1', port: 11211 }],
    ['[fe80::1%eth0]:11211:2', { host: 'fe80::1%eth0', port: 11211, weight: 2 }],
    ['[::1]', { host: '::1' }],
    ['/var/run/memcached.sock', { host: '/var/run/memcached.sock' }],
    ['/var/run/memcached.sock:5 name', { host: '/var/run/memcached.sock', weight: 5, label: 'name' }],
    ['unix:///tmp/a.sock', { host: 'unix:///tmp/a.sock' }],
    ['unix:/tmp/a.sock:2 name', { host: 'unix:/tmp/a.sock', weight: 2, label: 'name' }],
    ['unix:11211', { host: 'unix', port: 11211 }],
    ['/tmp/a:b.sock', { host: '/tmp/a:b.sock' }],
  ])('reads %j', (text, node) => {
    expect(parseNode(text)).toEqual(node);
  });

  it.each(['', ':11211', 'a:', 'a:b', 'a:1:', 'a:1:x', 'a:1:2:3', '[]:1', '[::1', 'a b c', '[a]b', 'a:-1'])(
    'refuses %j and says what a node looks like',
    (text) => {
      expect(() => parseNode(text)).toThrow(`${JSON.stringify(text)} is not a node: expected host, host:port,`);
    },
  );

  it('asks for the brackets of an IPv6 address', () => {
    expect(() => parseNode('fe80::1:2:11211')).toThrow('an IPv6 address needs brackets');
    expect(() => parseNode('::1')).toThrow('an IPv6 address needs brackets');
  });
});
