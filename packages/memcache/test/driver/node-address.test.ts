import { expect, it } from 'vitest';

import { MemcacheError } from '../../src/index.ts';
import { describeAddress, type NodeAddress } from '../../src/driver/node-address.ts';
import { broadcast } from '../../src/pool/broadcast.ts';

it.each<[string, NodeAddress]>([
  ['cache-1:11211', { host: 'cache-1' }],
  ['10.0.0.1:11212', { host: '10.0.0.1', port: 11_212 }],
  ['[::1]:11211', { host: '::1' }],
  ['[fe80::1]:11212', { host: 'fe80::1', port: 11_212 }],
  ['/run/memcached.sock', { socketPath: '/run/memcached.sock' }],
])('names a node as %s', (name, address) => {
  expect(describeAddress(address)).toBe(name);
});

it('names the nodes of a broadcast that failed by their addresses too', async () => {
  const done = Promise.reject(new MemcacheError('ERR_MEMCACHE_TIMEOUT', 'no answer'));
  const tasks = [{ node: { host: '::1', port: 11_212 }, done }];
  const call = broadcast(tasks, { policy: 'all', code: 'ERR_MEMCACHE_PARTIAL_FLUSH' });
  await expect(call).rejects.toThrow('[::1]:11212: no answer');
});
