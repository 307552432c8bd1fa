import { type Clock, type RedisClient, systemClock, withDeadline } from '@lockstep/core';

import { redisFailed } from '../owned-connection.ts';
import { requirePositiveInteger } from '../positive-option.ts';
import { requireRegionName } from '../operation/region-name.ts';
import { isStreamId, STREAM_START } from '../operation/stream-id.ts';

/** An operation that a receiver could not carry out: its key was deleted instead, where that was possible. */
export interface DeadLetter {
  /** Names the letter; letters are listed by it, oldest first. */
  readonly id: string;
  readonly source: string;
  readonly shard: number;
  readonly kind: 'set' | 'delete';
  readonly key: Buffer;
  /** Size of the value that was to be stored; the value itself is not kept. */
  readonly valueBytes: number;
  readonly reason: string;
}

/** What dead letters need. */
export interface DeadLettersOptions {
  /** Yours; the Redis of the receiver's own region. */
  readonly client: RedisClient;
  readonly region: string;
  /** Most letters that are kept; the oldest go. @default 10000 */
  readonly maxLetters?: number;
  /** How long one answer of Redis may take. @default 2000 */
  readonly timeoutMs?: number;
  /** @default systemClock */
  readonly clock?: Clock;
}

/** The operations that the receivers of one region could not carry out. Its methods throw ReplicationError `ERR_REPLICATION_REDIS`. */
export interface DeadLetters {
  /** Adds one and gives its id. */
  add(letter: Omit<DeadLetter, 'id'>): Promise<string>;
  /** The oldest after `after`, at most `limit`. */
  list(options?: { readonly after?: string; readonly limit?: number }): Promise<DeadLetter[]>;
  /** How many there are. */
  count(): Promise<number>;
  /** Removes one; gives whether it was there. */
  remove(id: string): Promise<boolean>;
}

const MAX_REASON = 500;

/** Wires the dead letters of a region. @throws RangeError for an option out of bounds. */
export function createDeadLetters(options: DeadLettersOptions): DeadLetters {
  const { client, region, clock = systemClock } = options;
  const stream = `{lockstep:replication:${requireRegionName('region', region)}}:dead-letters`;
  const maxLetters = requirePositiveInteger('maxLetters', options.maxLetters ?? 10_000);
  const ms = requirePositiveInteger('timeoutMs', options.timeoutMs ?? 2000);

  async function run<T>(reply: Promise<T>): Promise<T> {
    try {
      return await withDeadline(reply, { ms, clock, onTimeout: () => new Error(`no answer within ${ms} ms`) });
    } catch (error) {
      throw redisFailed(error);
    }
  }

  return {
    async add({ source, shard, kind, key, valueBytes, reason }) {
      const text = reason.slice(0, MAX_REASON);
      const facts = JSON.stringify({ source, shard, kind, valueBytes, reason: text });
      const id = await run(client.call('XADD', stream, 'MAXLEN', maxLetters, '*', 'k', key, 'f', facts));
      return String(id);
    },
    async list({ after = STREAM_START, limit = 100 } = {}) {
      const from = isStreamId(after) ? `(${after}` : '-';
      const reply = await run(client.callBuffer('XRANGE', stream, from, '+', 'COUNT', limit));
      return (reply as [Buffer, Buffer[]][]).map(([id, fields]) => toLetter(id.toString(), fields));
    },
    async count() {
      return Number(await run(client.call('XLEN', stream)));
    },
    async remove(id) {
      return isStreamId(id) && Number(await run(client.call('XDEL', stream, id))) === 1;
    },
  };
}

function toLetter(id: string, [, key, , facts]: readonly Buffer[]): DeadLetter {
  if (key === undefined || facts === undefined) throw redisFailed(new Error(`the dead letter ${id} is malformed`));
  return { id, key, ...(JSON.parse(facts.toString()) as Omit<DeadLetter, 'id' | 'key'>) };
}
