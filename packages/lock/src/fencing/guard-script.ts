import {
  type Clock,
  createScript,
  type RedisArgument,
  type RedisClient,
  systemClock,
  withDeadline,
} from '@lockstep/core';

import { checkNumber } from '../check-number.ts';
import { LockError } from '../lock-error.ts';
import { toLockError } from '../to-lock-error.ts';
import { checkFencingToken } from './fencing-token.ts';
import { staleTokenError } from './stale-token-error.ts';

/** How long a guarded step may take, and for how long its fence is kept. */
export interface GuardOptions {
  /** How long to wait for Redis, in ms. What was sent may still happen afterwards, unless a newer token came first. @default 2000 */
  readonly timeoutMs?: number;
  /**
   * For how long after its last use a fence is remembered, in ms. Whoever holds a stale token for longer than that is
   * not recognised any more. Infinity: for ever. @default Infinity
   */
  readonly fenceTtlMs?: number;
  /** @default systemClock */
  readonly clock?: Clock;
}

/** One guarded step. */
export interface GuardedRun {
  /** The key of the fence. In a Cluster it is in the slot of `keys`; see `fenceKeyOf`. */
  readonly fence: string;
  readonly token: number;
  /** KEYS of the script. */
  readonly keys?: readonly RedisArgument[];
  /** ARGV of the script. */
  readonly args?: readonly RedisArgument[];
  readonly signal?: AbortSignal | undefined;
}

/** A Lua script that runs only under a token that is not stale. */
export interface GuardScript {
  /**
   * Resolves with what the script returns.
   *
   * @throws LockError `ERR_LOCK_STALE_TOKEN`: the fence has seen a newer token, and nothing was done.
   *   `ERR_LOCK_UNAVAILABLE`: no answer in time, or Redis refused; it may have been done.
   * @throws the signal's reason when it aborts first.
   */
  run(client: RedisClient, run: GuardedRun): Promise<unknown>;
}

/**
 * Puts a guard before the text of a Lua script: in one atomic step, a token that is older than the newest one that the
 * fence has seen is refused, or else it becomes the newest and the script runs. The text sees its own KEYS and ARGV, and
 * may return.
 *
 * @throws RangeError for options that make no sense.
 */
export function guardScript(lua: string, options: GuardOptions = {}): GuardScript {
  const { timeoutMs = 2000, fenceTtlMs = Infinity, clock = systemClock } = options;
  checkNumber('timeoutMs', timeoutMs, { min: 1 });
  checkNumber('fenceTtlMs', fenceTtlMs, { min: 1 });
  // Redis takes periods as whole numbers below 2^63 ms from the epoch.
  const keepMs = fenceTtlMs === Infinity ? 0 : Math.min(Math.ceil(fenceTtlMs), Number.MAX_SAFE_INTEGER);
  const script = createScript(guarded(lua));
  return {
    async run(client, { fence, token, keys = [], args = [], signal }) {
      checkFencingToken(token);
      signal?.throwIfAborted();
      const onTimeout = (): LockError =>
        new LockError('ERR_LOCK_UNAVAILABLE', `Redis did not answer a guarded step within ${timeoutMs} ms`, { token });
      const sent = script.run(client, [fence, ...keys], [String(token), keepMs, ...args]).catch((error: unknown) => {
        throw toLockError(error, 'Redis refused a guarded step');
      });
      const reply = (await withDeadline(sent, { ms: timeoutMs, signal, onTimeout, clock })) as [unknown, ...unknown[]];
      if (reply[0] !== 1) throw staleTokenError(fence, token, Number(reply[1]));
      return reply[1];
    },
  };
}

/**
 * KEYS[1] the fence, then those of the text. ARGV: 1 the token, 2 for how many ms to keep the fence or 0, then those of
 * the text. Reply: { 1, what the text returned }, or { 0, the newest token }.
 *
 * The fence comes first: Redis does not undo a script that fails half way, and what was written under a token must
 * never be without it.
 */
function guarded(lua: string): string {
  return `
local function section(KEYS, ARGV)
${lua}
end
local known = tonumber(redis.call('GET', KEYS[1]) or 0)
local token = tonumber(ARGV[1])
if known > token then return { 0, string.format('%.0f', known) } end
if ARGV[2] == '0' then redis.call('SET', KEYS[1], ARGV[1]) else redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2]) end
local keys, args = {}, {}
for i = 2, #KEYS do keys[i - 1] = KEYS[i] end
for i = 3, #ARGV do args[i - 2] = ARGV[i] end
return { 1, section(keys, args) }
`;
}
