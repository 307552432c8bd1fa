import { subscribe, unsubscribe } from 'node:diagnostics_channel';

import { describeError } from '@lockstep/core';
import { createPoolDeletes, type Spool, SPOOL_CHANNEL, type SpoolEvent } from '@lockstep/memcache-proxy';
import { type CommandIo, type PoolSet, ServiceError } from '@lockstep/service-kit';

/** What the command works on. */
export interface ReplayParts {
  readonly spool: Pick<Spool, 'list' | 'replay'>;
  readonly pools: PoolSet;
}

/** Tries what waits, or counts it, and resolves with the exit code: 1 when something is left. */
export async function replaySpool(
  parts: ReplayParts,
  { pool, dryRun }: { readonly pool?: string | undefined; readonly dryRun: boolean },
  { stdout, stderr }: CommandIo,
): Promise<number> {
  const known = parts.pools.entries().map(({ name }) => name);
  if (pool !== undefined && !known.includes(pool)) {
    const problem = `lockstep-proxy spool: there is no pool ${JSON.stringify(pool)}; there are ${known.join(', ')}`;
    throw new ServiceError('ERR_SERVICE_KIT_ARGUMENTS', [problem]);
  }
  if (dryRun) return countEntries(parts, pool, stdout);
  const tell = (message: unknown): void => {
    const event = message as SpoolEvent;
    if (event.type !== 'waiting') return;
    const where = event.node === '' ? event.pool : `${event.pool} ${event.node}`;
    stderr.write(`${where}: ${describeError(event.error)}\n`);
  };
  subscribe(SPOOL_CHANNEL, tell);
  try {
    const { deletes, entries, left } = await parts.spool.replay({ pool });
    stdout.write(`deletes: ${deletes}, entries done: ${entries}, entries left: ${left}\n`);
    return left === 0 ? 0 : 1;
  } finally {
    unsubscribe(SPOOL_CHANNEL, tell);
  }
}

async function countEntries(
  { spool, pools }: ReplayParts,
  only: string | undefined,
  stdout: CommandIo['stdout'],
): Promise<number> {
  const target = createPoolDeletes((name) => pools.find(name));
  const counts = new Map<string, number>();
  let total = 0;
  for await (const { pool, key } of spool.list()) {
    if (only !== undefined && pool !== only) continue;
    const where = pools.find(pool) === undefined ? `${pool} (no such pool)` : `${pool} ${target.nodeOf!(pool, key)}`;
    counts.set(where, (counts.get(where) ?? 0) + 1);
    total++;
  }
  for (const [where, count] of [...counts].toSorted(([left], [right]) => (left < right ? -1 : 1)))
    stdout.write(`${where}: ${count}\n`);
  stdout.write(`entries that would be tried: ${total}\n`);
  return 0;
}
