// A worker that stops at one step of a refresh, and goes on when it is told to.
// Argument: { port, name, step, quick } as JSON. It asks its parent for what the source has.
import { createRedisLog } from '@lockstep/invalidation';
import { createLocks } from '@lockstep/lock';
import { createRedisStore, createRefreshWorker, defineRefresh } from '@lockstep/refresh';
import { createBullQueue } from '@lockstep/refresh/bullmq';
import { once } from 'node:events';
import { Redis } from 'ioredis';

const { port, name, step, quick } = JSON.parse(process.argv[2]);
const redis = new Redis(port);
redis.on('error', () => {});
process.on('disconnect', () => process.exit(0));
process.on('unhandledRejection', () => process.exit(9));

let isReached = false;
const at = async (here) => {
  if (here !== step || isReached) return;
  isReached = true;
  process.send({ kind: 'at' });
  await once(process, 'message');
};
const heard = async (outcome) => {
  process.send({ kind: 'wrote', outcome });
  return outcome;
};

const inner = createRedisStore({ redis, prefix: `${name}:` });
const store = Object.create(inner, {
  begin: {
    value: async (...args) => {
      const begun = await inner.begin(...args);
      await at('begun');
      return begun;
    },
  },
  replace: {
    // Without the signal: as if it had aborted a moment too late.
    value: async (key, replacement) => {
      await at('loaded');
      const outcome = await heard(await inner.replace(key, replacement));
      await at('stored');
      return outcome;
    },
  },
});
// What is private to a class is out of reach of an object that only inherits from it.
for (const call of ['read', 'prolong', 'patch', 'invalidate', 'close']) store[call] = (...args) => inner[call](...args);
Object.defineProperty(store, 'shapes', { value: inner.shapes });
const bull = createBullQueue({ redis, name, ...quick.queue });
const queue = {
  consume: (...args) => bull.consume(...args),
  enqueue: (...args) => bull.enqueue(...args),
  drop: async (...args) => {
    await at('settled');
    const isDropped = await bull.drop(...args);
    await at('dropped');
    return isDropped;
  },
};
const rows = defineRefresh('rows', {
  ...quick.definition,
  load: async ({ id }) => {
    process.send({ kind: 'load', id });
    const [{ call }] = await once(process, 'message');
    await at('answered');
    return { data: [{ id: 'a', call }] };
  },
});
const locks = createLocks({ client: redis, prefix: name, onError: () => {} });
const log = createRedisLog({ client: redis, namespace: name });
createRefreshWorker({
  store,
  queue,
  locks,
  log,
  definitions: [rows],
  leaseMs: quick.leaseMs,
  onError: () => {},
}).start();
process.send({ kind: 'ready' });
