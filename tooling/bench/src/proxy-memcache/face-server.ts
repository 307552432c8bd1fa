/** Our memcached face in front of one memcached: `face-server.js PORT MEMCACHED_HOST MEMCACHED_PORT`. */
import { createRing } from '@lockstep/hashring';
import { createPool } from '@lockstep/memcache';
import { createBackend, createMemcacheServer } from '@lockstep/memcache-proxy';

const [port, host = '', memcachedPort] = process.argv.slice(2);
// As the app has it: every client's commands are a callback of their own.
const pool = createPool({ ring: createRing([{ host, port: Number(memcachedPort) }]), flush: 'turn' });
// Classes as a team would have them; the keys of the bench belong to one of them.
const classes = [
  { prefix: 'session:', maxTtlSeconds: 3600 },
  { prefix: 'bench:', maxTtlSeconds: 86_400 },
  { prefix: 'config:', readOnly: true },
];
const server = createMemcacheServer({ backend: createBackend({ pool, classes }) });
await server.listen({ port: Number(port), host: '127.0.0.1' });
