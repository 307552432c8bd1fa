import { type Clock, type RedisClient, sleep, withDeadline } from '@lockstep/core';

import { InvalidationError } from '../invalidation-error.ts';
import { laggardsScript } from '../lua/laggards.ts';
import type { ShardPosition } from '../position.ts';
import type { LogKeyspace } from './log-keyspace.ts';
import { timeoutError } from './redis-failure.ts';

const MAX_POLL_MS = 50;
const ASK_MS = 1000;

/** What to wait for. */
export interface EverywhereOptions {
  readonly client: RedisClient;
  readonly keyspace: LogKeyspace;
  readonly clock: Clock;
  /** The longest lease that a follower can have that no row tells of. */
  readonly maxLeaseMs: number;
  /** Where the log stood after the entry, by shard: call it when that is just known. */
  readonly landed: ReadonlyMap<number, ShardPosition>;
  /** The same for the caller. */
  readonly position: string;
  readonly signal?: AbortSignal | undefined;
  readonly timeoutMs: number;
}

/** What one shard says about who has not passed an entry. */
interface Laggards {
  readonly epoch: string;
  readonly clearedFrom: string;
  /** For how long it has not lost its state, and with it followers. */
  readonly keptForMs: number;
  /** Follower and its row. */
  readonly rows: ReadonlyMap<string, string>;
}

/**
 * Resolves when every follower has passed the entry, or can no longer serve what it knew before it.
 *
 * A follower serves for at most its lease after it asked the log. If it asked before the entry was taken, it stops by
 * `lease` after that, on any clock; if it asked later, it has heard the entry first. So nobody needs to compare clocks,
 * and a follower that is dead or cut off delays by its lease at most.
 *
 * @throws InvalidationError ERR_INVALIDATION_TIMEOUT with the position, and the signal's reason.
 */
export async function untilEverywhere(options: EverywhereOptions): Promise<void> {
  const takenAt = options.clock.monotonic();
  await Promise.all(Array.from(options.landed, ([shard, at]) => untilShardPassed(options, shard, at, takenAt)));
}

async function untilShardPassed(
  options: EverywhereOptions,
  shard: number,
  at: ShardPosition,
  takenAt: number,
): Promise<void> {
  const { clock, maxLeaseMs, timeoutMs, signal, position } = options;
  const silent = new Map<string, { row: string; since: number }>();
  let cause: unknown;
  for (let pauseMs = 1; ; pauseMs = Math.min(MAX_POLL_MS, pauseMs * 2)) {
    const askedAt = clock.monotonic();
    const pastMs = askedAt - takenAt;
    // The entry was taken: where the log says nothing, time alone is enough.
    let restMs = graceOf(maxLeaseMs) - pastMs;
    try {
      const laggards = await ask(options, shard, at, []);
      restMs = restOf(laggards, at, maxLeaseMs, pastMs);
      for (const [id, row] of laggards.rows) {
        if (silent.get(id)?.row !== row) silent.set(id, { row, since: askedAt });
      }
    } catch (error) {
      signal?.throwIfAborted();
      cause = error;
    }
    if (restMs <= 0) break;
    if (clock.monotonic() - takenAt + pauseMs > timeoutMs) {
      const message = `not every follower is known to have passed the entry within ${Math.round(timeoutMs)} ms`;
      throw new InvalidationError('ERR_INVALIDATION_TIMEOUT', message, { cause, position });
    }
    await sleep(Math.min(pauseMs, restMs), { signal, clock });
  }
  const dead = [...silent].filter(([, { row, since }]) => isOver(row, clock.monotonic() - since));
  // So that the next one need not wait for them. If it fails, the next one waits.
  if (dead.length > 0)
    await ask(
      options,
      shard,
      at,
      dead.flatMap(([id, { row }]) => [id, row]),
    ).catch(() => undefined);
}

async function ask(
  { client, keyspace, clock, signal }: EverywhereOptions,
  shard: number,
  { epoch, sequence }: ShardPosition,
  dead: readonly string[],
): Promise<Laggards> {
  const reply = laggardsScript.run(client, [keyspace.state(shard)], [epoch, sequence, ...dead]);
  const onTimeout = (): Error => timeoutError(ASK_MS);
  return parseLaggards(await withDeadline(reply, { ms: ASK_MS, signal, clock, onTimeout }));
}

/** For how much longer one of them may serve what it knew before. */
function restOf(
  { epoch, clearedFrom, keptForMs, rows }: Laggards,
  at: ShardPosition,
  maxLeaseMs: number,
  pastMs: number,
): number {
  const rests = Array.from(rows.values(), (row) => graceOf(leaseOf(row) ?? maxLeaseMs) - pastMs);
  // Followers that the log no longer knows of were forgotten before the entry, or with it.
  if (epoch !== at.epoch && clearedFrom !== at.epoch) rests.push(graceOf(maxLeaseMs) - pastMs);
  else rests.push(graceOf(maxLeaseMs) - Math.max(pastMs, keptForMs));
  return Math.max(...rests);
}

/** A lease, with what two clocks that run at different speeds may differ by meanwhile. */
function graceOf(leaseMs: number): number {
  return leaseMs + 50 + leaseMs / 50;
}

/** A follower that has not asked the log for longer than its lease serves nothing, and asks to be noted when it comes back. */
function isOver(row: string, silentMs: number): boolean {
  const leaseMs = leaseOf(row);
  return leaseMs !== undefined && silentMs > leaseMs + leaseMs / 50;
}

function leaseOf(row: string): number | undefined {
  const leaseMs = Number(row.split(':')[2]);
  return Number.isFinite(leaseMs) ? leaseMs : undefined;
}

function parseLaggards(reply: unknown): Laggards {
  const [epoch, clearedFrom, keptForMs, flat] = reply as [string, string, number, string[]];
  const rows = new Map<string, string>();
  for (let i = 0; i + 1 < flat.length; i += 2) rows.set(flat[i]!, flat[i + 1]!);
  return { epoch, clearedFrom, keptForMs, rows };
}
