// A process that begins a load and replaces an entry by a large one, over a link so slow that it is never done.
// Argument: { port, prefix, elements } as JSON.
import { createRedisStore } from '@lockstep/refresh';
import { Redis } from 'ioredis';

const { port, prefix, elements } = JSON.parse(process.argv[2]);
const store = createRedisStore({ redis: new Redis(port), prefix, timeoutMs: 60_000 });
const content = { shape: 'list', elements: Array.from({ length: elements }, (_, i) => Buffer.from(`new:${i}`)) };

process.on('disconnect', () => process.exit(0));
await store.begin('k', 2);
process.send('begun');
await store.replace('k', { ticket: 2, content, ttlMs: 60_000, staleForMs: 60_000 });
process.send('stored');
