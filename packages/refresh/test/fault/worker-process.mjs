// Workers that each stop at one step of a refresh, and go on when they are told to.
// Argument: { port, workers: [{ name, step, single }], quick } as JSON. They ask the parent for what the source has.
import { createRedisLog } from '@lockstep/invalidation';
import { createLocks } from '@lockstep/lock';
import { createRedisStore, createRefreshWorker, defineRefresh } from '@lockstep/refresh';
import { createBullQueue } from '@lockstep/refresh/bullmq';
import { Redis } from 'ioredis';

const { port, workers, quick } = JSON.parse(process.argv[2]);
process.on('disconnect', () => process.exit(0));
process.on('unhandledRejection', () => process.exit(9));
process.setMaxListeners(0);

/** The next message for the worker of this name. */
const told = (name) =>
  new Promise((resolve) => {
    const hear = (message) => {
      if (message.name !== name) return;
      process.off('message', hear);
      resolve(message);
    };
    process.on('message', hear);
  });

function start({ name, step, single = false }) {
  const redis = new Redis(port);
  redis.on('error', () => {});
  const tell = (message) => process.send({ name, ...message });
  let isReached = false;
  const at = async (here) => {
    if (here !== step || isReached) return;
    isReached = true;
    tell({ kind: 'at' });
    await told(name);
  };
  const inner = createRedisStore({ redis, prefix: `${name}:` });
  const store = {
    shapes: inner.shapes,
    async begin(...args) {
      const begun = await inner.begin(...args);
      await at('begun');
      return begun;
    },
    // Without the signal: as if it had aborted a moment too late.
    async replace(key, replacement) {
      await at('loaded');
      const outcome = await inner.replace(key, replacement);
      tell({ kind: 'wrote', outcome });
      await at('stored');
      return outcome;
    },
  };
  for (const call of ['read', 'prolong', 'patch', 'invalidate', 'admit', 'close']) {
    store[call] = (...args) => inner[call](...args);
  }
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
    single,
    load: async ({ id }) => {
      const answer = told(name);
      tell({ kind: 'load', id });
      const { call } = await answer;
      await at('answered');
      return { data: [{ id: 'a', call }] };
    },
  });
  createRefreshWorker({
    store,
    queue,
    locks: createLocks({ client: redis, prefix: name, onError: () => {} }),
    log: createRedisLog({ client: redis, namespace: name }),
    definitions: [rows],
    leaseMs: quick.leaseMs,
    electionMs: quick.electionMs,
    onError: () => {},
  }).start();
  tell({ kind: 'ready' });
}

for (const worker of workers) start(worker);
