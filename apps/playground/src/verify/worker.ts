import type { CacheClient } from './client.ts';
import { digestOf, type KeyPolicy, type Ledger } from './ledger.ts';
import type { Random } from './random.ts';

/** What the workers did, counted. */
export interface WorkCount {
  sets: number;
  deletes: number;
  gets: number;
  failed: number;
  /** Reads that returned something no allowed write had stored. */
  wrongReads: number;
}

/** A key that a worker uses, and what its class says. */
export interface WorkKey {
  readonly key: string;
  readonly policy: KeyPolicy;
  /** Only this worker writes it, so its reads can be judged at once. */
  readonly own: boolean;
}

/** One client's share of the load. */
export interface WorkerSpec {
  readonly client: CacheClient;
  readonly region: string;
  readonly keys: readonly WorkKey[];
  readonly ledger: Ledger;
  readonly count: WorkCount;
  readonly random: Random;
}

/** Drives one client, one call after the other, until the signal aborts. */
export async function work(spec: WorkerSpec, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const { random } = spec;
    const target = random.pick(spec.keys);
    const chance = random.next();
    if (chance < 0.5) await write(spec, target, randomValue(spec, target), randomTtl(random));
    else if (chance < 0.62) await write(spec, target, undefined, 0);
    else await read(spec, target);
    // Leaves the machine to the processes under test.
    await new Promise((resolve) => setTimeout(resolve, random.integer(1, 6)));
  }
}

async function write(
  spec: WorkerSpec,
  { key, policy }: WorkKey,
  value: Buffer | undefined,
  ttl: number,
): Promise<void> {
  const { client, count, ledger, region } = spec;
  const startedAt = performance.now();
  let uncertain = false;
  try {
    if (value === undefined) await client.delete(key);
    else await client.set(key, value, ttl);
  } catch {
    // Expected while a memcached is down. The ledger allows both outcomes from here on.
    uncertain = true;
    count.failed += 1;
  }
  if (value === undefined) count.deletes += 1;
  else count.sets += 1;
  ledger.note(key, policy, {
    digest: value === undefined ? undefined : digestOf(value),
    region,
    expiresAtMs: ttl === 0 ? Infinity : Date.now() + ttl * 1000,
    startedAt,
    endedAt: performance.now(),
    uncertain,
  });
}

async function read({ client, count, ledger }: WorkerSpec, { key, own }: WorkKey): Promise<void> {
  count.gets += 1;
  try {
    const value = await client.get(key);
    if (own && value !== undefined && !ledger.allows(key, digestOf(value))) count.wrongReads += 1;
  } catch {
    count.failed += 1;
  }
}

function randomTtl(random: Random): number {
  const chance = random.next();
  if (chance < 0.1) return random.integer(1, 3);
  return chance < 0.3 ? 3600 : 0;
}

const largest = 512 * 1024;

/**
 * Mostly small, some up to 512 KB, sizes spread evenly over the orders of magnitude. Any bytes, but
 * text where npm `memcached` may read it: a line break inside a value makes its next get hang.
 */
function randomValue({ client, random }: WorkerSpec, { own }: WorkKey): Buffer {
  const binary = own && client.face === 'http';
  const limit = random.next() < 0.04 ? largest : 8192;
  const size = Math.max(1, Math.floor(limit ** random.next()));
  const value = Buffer.alloc(size);
  for (let at = 0; at < size; at += 1) {
    value[at] = binary ? random.integer(0, 255) : random.integer(0x21, 0x7e);
  }
  return value;
}
