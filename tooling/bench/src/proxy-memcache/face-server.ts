/** Our memcached face in front of one memcached: `face-server.js PORT MEMCACHED_HOST MEMCACHED_PORT [FEATURE…]`. */
import { createRing } from '@lockstep/hashring';
import { createPool } from '@lockstep/memcache';
import { createBackend, createMemcacheServer } from '@lockstep/memcache-proxy';

import type { FaceFeature } from './node-proxy.ts';

const [port, host, memcachedPort, ...features] = process.argv.slice(2) as [string, string, string, ...FaceFeature[]];
const has = (feature: FaceFeature): boolean => features.includes(feature);
// As the app has it: every client's commands are a callback of their own.
const pool = createPool({ ring: createRing([{ host, port: Number(memcachedPort) }]), flush: 'turn' });
// Classes as a team would have them; the keys of the bench belong to one of them.
const classes = [
  { prefix: 'session:', maxTtlSeconds: 3600 },
  { prefix: 'bench:', maxTtlSeconds: 86_400 },
  { prefix: 'config:', readOnly: true },
];
const backend = createBackend({
  pool,
  ...(has('classes') ? { classes } : {}),
  ...(has('hook') ? { onWrite: () => Promise.resolve() } : {}),
});
// A backend need not have them; the face then makes promises.
if (has('no direct calls')) Object.assign(backend, { direct: undefined });
const server = createMemcacheServer({ backend });
await server.listen({ port: Number(port), host: '127.0.0.1' });
