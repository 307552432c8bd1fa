// One process of the fleet: a cache with a workload, told what to do by its parent. Argument: its settings as JSON.
import { createCache, memcacheTier, redisTier } from '@lockstep/cache';
import { createRing } from '@lockstep/hashring';
import { createRedisLog, createRelayLog } from '@lockstep/invalidation';
import { createPool } from '@lockstep/memcache';
import { Redis } from 'ioredis';

import { shiftedClock as clock } from './shifted-clock.mjs';

const { name, port, memcachedPort, relayPath, maxStalenessMs, keys, seed, writeShare } = JSON.parse(process.argv[2]);

let state = seed;
/** Mulberry32. */
const random = () => {
  state = (state + 0x6d2b79f5) >>> 0;
  let mixed = Math.imul(state ^ (state >>> 15), state | 1);
  mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
};
const pick = (list) => list[Math.floor(random() * list.length)];
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
/** The same clock in all processes of the machine, in milliseconds. */
const now = () => Number(process.hrtime.bigint()) / 1e6;

const asked = new Map();
let questions = 0;
/** Asks the parent, who is the database. */
const ask = (what, key) =>
  new Promise((resolve) => {
    asked.set(++questions, resolve);
    process.send({ kind: 'ask', what, key, id: questions });
  });

const client = new Redis(port, '127.0.0.1', { commandTimeout: 400, retryStrategy: () => 30 });
client.on('error', () => {});
const namespace = 'processes';
const redisLog = createRedisLog({ client, namespace, timeoutMs: 500, maxLeaseMs: maxStalenessMs, clock });
const log = relayPath === undefined ? redisLog : createRelayLog({ path: relayPath, namespace, timeoutMs: 500, clock });
const pool =
  memcachedPort === undefined
    ? undefined
    : createPool({ ring: createRing([{ host: '127.0.0.1', port: memcachedPort }]), timeoutMs: 300 });
const cache = createCache({
  log,
  shared: pool === undefined ? redisTier({ log: redisLog }) : memcacheTier(pool),
  maxStalenessMs,
  sharedTimeoutMs: 300,
  loadLeaseMs: 1000,
  onError: () => {},
  clock,
});
const view = cache.define('row', {
  ttlMs: 3_600_000,
  hardTimeoutMs: 5000,
  async load(key) {
    const version = await ask('read', key);
    await pause(random() * 10);
    return version;
  },
});

const underWay = new Set();
const stopping = new AbortController();
const served = (by, key, version, beganAt) => process.send({ kind: 'served', name, by, key, version, beganAt });

async function read(key) {
  const beganAt = now();
  const { value, source } = await view.getEntry(key);
  served(`get (${source})`, key, value, beganAt);
}

function peekAll() {
  for (const key of keys) {
    const beganAt = now();
    const version = view.peek(key);
    if (version !== undefined) served('peek', key, version, beganAt);
  }
}

async function write(key) {
  let version;
  const commit = async () => {
    version = await ask('write', key);
  };
  const isFenced = random() < 0.3;
  if (!isFenced) await commit();
  const everywhere = random() < 0.2;
  const options = { everywhere, timeoutMs: 5000 };
  try {
    await (isFenced ? view.mutate(key, commit, options) : view.invalidate(key, options));
    process.send({ kind: 'confirmed', name, key, version, at: now(), everywhere });
  } catch (error) {
    if (error.code === 'ERR_CACHE_NOT_EVERYWHERE') process.send({ kind: 'confirmed', name, key, version, at: now() });
    else if (error.code === 'ERR_CACHE_INVALIDATION_PENDING') process.send({ kind: 'owed', name, key, version });
    else throw error;
  }
}

async function follow(promise) {
  underWay.add(promise);
  try {
    await promise;
  } catch (error) {
    if (!String(error.code).startsWith('ERR_CACHE_')) process.send({ kind: 'failed', name, text: String(error.stack) });
  } finally {
    underWay.delete(promise);
  }
}

async function work() {
  while (!stopping.signal.aborted) {
    peekAll();
    void follow(random() < writeShare ? write(pick(keys)) : read(pick(keys)));
    await pause(random() * 20);
  }
}

/** Begins nothing any more, and says when all is done. */
async function settle() {
  stopping.abort();
  while (underWay.size > 0 || cache.health().outbox > 0) await pause(20);
  process.send({ kind: 'settled', name });
}

/** Says what is left when everything is healed and quiet. */
async function finish() {
  for (const key of keys) {
    const version = view.peek(key);
    if (version !== undefined) process.send({ kind: 'left', name, by: 'peek', key, version });
    process.send({ kind: 'left', name, by: 'get', key, version: await view.get(key) });
  }
  await cache.close();
  await log.close();
  await redisLog.close();
  await pool?.close();
  client.disconnect();
  process.disconnect();
}

process.on('message', (message) => {
  if (message.kind === 'answer') {
    asked.get(message.id)?.(message.version);
    asked.delete(message.id);
  } else {
    void (message.kind === 'settle' ? settle() : finish());
  }
});
await cache.ready;
process.send({ kind: 'ready', name });
await work();
