// One service of the story, told what to do by its parent. Argument: its settings as JSON.
import { createCache, redisTier } from '@lockstep/cache';
import { createRedisLog } from '@lockstep/invalidation';
import { Redis } from 'ioredis';

const { region, redisPort, databasePort, proxyUrl, maxStalenessMs, users } = JSON.parse(process.argv[2]);

/** The same clock in all processes of the machine, in milliseconds. */
const now = () => Number(process.hrtime.bigint()) / 1e6;
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

const database = new Redis(databasePort, '127.0.0.1');
const client = new Redis(redisPort, '127.0.0.1', { commandTimeout: 1000, retryStrategy: () => 50 });
for (const each of [database, client]) each.on('error', () => {});

// The namespace in which the proxy and the receiver of the region publish.
const log = createRedisLog({ client, namespace: region });
const cache = createCache({ log, shared: redisTier(), maxStalenessMs, onError: () => {} });
/** The valid token of a user: it carries the number of his password. */
const tokens = cache.define('token', {
  ttlMs: 3_600_000,
  load: async (user) => Number(await database.hget('passwords', user)),
});

/** Writes a password, and resolves when no service of the region accepts the old token. */
async function change({ user, how }) {
  let version;
  let sentAt;
  const write = async () => {
    version = await database.hincrby('passwords', user, 1);
    sentAt = now();
    // The proxy journals it for the other regions; their receivers put the key into their logs.
    const { status } = await fetch(`${proxyUrl}/v1/cache/token:${user}`, {
      method: 'DELETE',
      signal: AbortSignal.timeout(5000),
    });
    if (status !== 204 && status !== 404) throw new Error(`the proxy answered ${status}`);
  };
  if (how === 'mutate') {
    await tokens.mutate(user, write, { everywhere: true });
  } else {
    await write();
    await tokens.invalidate(user, { everywhere: true });
  }
  return { version, sentAt, confirmedAt: now() };
}

/** The latest read of each token: only that can be too late. */
const accepted = new Map();
const unsent = new Set();

function note(user, version, beganAt) {
  const name = `${user}.${version}`;
  const seen = accepted.get(name);
  if (seen === undefined || seen.lastBeganAt < beganAt) accepted.set(name, { user, version, lastBeganAt: beganAt });
  unsent.add(name);
}

/** One request that shows a token. True when it was answered. */
async function read(user, synchronously) {
  const beganAt = now();
  try {
    note(user, (synchronously ? tokens.peek(user) : undefined) ?? (await tokens.get(user)), beganAt);
    return true;
  } catch (error) {
    if (String(error.code).startsWith('ERR_CACHE_')) return false;
    // The database is the only thing that never fails here.
    process.send({ kind: 'failed', text: String(error.stack) });
    return false;
  }
}

/** `count` reads of one user at once. */
async function burst({ user, count }) {
  const answers = await Promise.all(Array.from({ length: count }, (_, at) => read(user, at % 2 === 0)));
  return answers.filter(Boolean).length;
}

/** Reads that never stop, mostly of those whose passwords are being changed. */
let focus = [];
async function load() {
  for (let turn = 0; ; turn++) {
    for (const user of focus) for (let at = 0; at < 6; at++) void read(user, at % 2 === 0);
    void read(users[turn % users.length], false);
    await pause(5);
  }
}

function report() {
  const tokensSeen = Array.from(unsent, (name) => accepted.get(name));
  unsent.clear();
  if (process.connected && tokensSeen.length > 0) process.send({ kind: 'accepted', tokens: tokensSeen });
}

/** What it holds when everything is quiet, or undefined while it does not hear the log. */
async function rest() {
  const { isServing, outbox } = cache.health();
  if (!isServing || outbox > 0) return undefined;
  await cache.sync();
  return Object.fromEntries(await Promise.all(users.map(async (user) => [user, await tokens.get(user)])));
}

const commands = {
  change,
  burst,
  rest,
  focus: async (next) => void (focus = next.users),
  localHits: async () => cache.stats().localHits,
};

async function obey({ id, command, ...words }) {
  const answer = await commands[command](words).then(
    (value) => ({ value }),
    (error) => ({ error: `${error.code ?? ''} ${error.message}` }),
  );
  report();
  if (process.connected) process.send({ kind: 'answer', id, ...answer });
}

process.on('message', (message) => void obey(message));
process.once('disconnect', () => process.exit());
setInterval(report, 50);
await cache.ready;
process.send({ kind: 'ready' });
void load();
