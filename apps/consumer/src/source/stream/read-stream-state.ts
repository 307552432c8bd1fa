import { createScript, type RedisClient } from '@lockstep/core';

import { compareStreamIds, firstStreamId } from './stream-id.ts';
import type { StreamKeys } from './stream-keys.ts';

/**
 * KEYS: 1 the state, 2 the stream. Reply: { cursor, passed, the stream's last id, entries it was ever given or -1, its
 * length, 1 when the entry at the cursor is there }.
 */
const script = createScript(`
local cursor = redis.call('HGET', KEYS[1], 'cursor') or '0-0'
local passed = redis.call('HGET', KEYS[1], 'passed') or '0'
if redis.call('EXISTS', KEYS[2]) == 0 then return { cursor, passed, '0-0', -1, 0, 0 } end
local last, given = '0-0', -1
local info = redis.call('XINFO', 'STREAM', KEYS[2])
for i = 1, #info, 2 do
  if info[i] == 'last-generated-id' then last = info[i + 1] end
  if info[i] == 'entries-added' then given = info[i + 1] end
end
local there = #redis.call('XRANGE', KEYS[2], cursor, cursor)
return { cursor, passed, last, given, redis.call('XLEN', KEYS[2]), there }
`);

/** How far a queue is, as the server knows it. */
export interface StreamState {
  readonly cursor: string;
  /** Entries after the cursor, those included that are done; undefined on a Redis before 7, which does not count. */
  readonly waiting: number | undefined;
  /** How many entries the stream has lost at its beginning while the cursor's is not there any more; else 0. */
  readonly lost: number;
}

/** Looks at a queue without touching it. */
export async function readStreamState(client: RedisClient, keys: StreamKeys): Promise<StreamState> {
  const reply = (await script.run(client, [keys.state, keys.stream], [])) as [
    string,
    string,
    string,
    number,
    number,
    number,
  ];
  const [cursor, passed, last, given, length, isThere] = reply;
  const isAtEnd = compareStreamIds(last, cursor) <= 0;
  // Until somebody has read, what the stream lost before is nobody's.
  const base = cursor === firstStreamId && passed === '0' ? Math.max(0, given - length) : Number(passed);
  const waiting = isAtEnd ? 0 : given < 0 ? undefined : Math.max(1, given - base);
  const lost = given < 0 || isThere === 1 || cursor === firstStreamId ? 0 : Math.max(0, given - length);
  return { cursor, waiting, lost };
}
