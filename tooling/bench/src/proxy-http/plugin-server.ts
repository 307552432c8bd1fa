/** Our Fastify plugin, with those of its features that are asked for: `plugin-server.js PORT NODES [FEATURE…]`. */
import { createRing } from '@lockstep/hashring';
import { createPool } from '@lockstep/memcache';
import { createBackend, memcacheGuards, memcacheHttp } from '@lockstep/memcache-proxy';
import fastify from 'fastify';

import type { Feature } from './node-faces.ts';
import { readNodes } from './nodes.ts';
import { keyPrefix } from './workload.ts';

const [port, nodes, ...features] = process.argv.slice(2) as [string, string, ...Feature[]];
const has = (feature: Feature): boolean => features.includes(feature);
const classes = [
  { prefix: 'session:', maxTtlSeconds: 3600 },
  { prefix: keyPrefix, maxTtlSeconds: 86_400 },
  { prefix: 'config:', readOnly: true },
];
// Out of reach.
const limits = { headers: 'refused', perAddress: { max: 1_000_000_000, windowMs: 60_000 } } as const;
// As the app does.
const pool = createPool({ ring: createRing(readNodes(nodes)), flush: 'turn' });
const app = fastify({ routerOptions: { maxParamLength: 1024 } });
if (has('guards') || has('limits')) {
  const lists = { ban: ['203.0.113.0/24', '2001:db8::/32'] };
  await app.register(memcacheGuards, { lists, ...(has('limits') ? { limits } : {}) });
}
const backend = createBackend({ pool, ...(has('classes') ? { classes } : {}) });
await app.register(memcacheHttp, { backend, directHits: true, fastLane: has('lane') });
await app.listen({ port: Number(port), host: '127.0.0.1' });
