import type { Clock, RedisClient } from '@lockstep/core';
import { guardScript } from '@lockstep/lock';

import { ConsumerError } from '../consumer-error.ts';
import type { Message } from '../source/message.ts';
import type { Burial } from '../source/source.ts';
import { toSourceError } from '../source/to-source-error.ts';
import { TryBook } from '../tries/try-book.ts';
import { buryLua } from './bury-lua.ts';
import { deadLetterFields } from './dead-letter-fields.ts';

/** The dead letters of a queue that is not in Redis itself, and what leads to them. */
export interface DeadLetters {
  /** From now on nobody with an older token buries anything. @throws ConsumerError `ERR_CONSUMER_STALE` or `ERR_CONSUMER_SOURCE`. */
  raise(token: number, signal: AbortSignal): Promise<void>;
  /** What leaders have noted of messages in trouble. @throws as `TryBook.open`. */
  openBook(token: number, signal: AbortSignal): Promise<TryBook>;
  /**
   * Buries a message. One whose end the broker was not told of may be buried twice.
   *
   * @throws ConsumerError `ERR_CONSUMER_STALE`, `ERR_CONSUMER_DEAD_LETTERS_FULL` or `ERR_CONSUMER_SOURCE`.
   */
  bury(message: Message, burial: Burial, token: number): Promise<void>;
}

/** Where they are. */
export interface DeadLettersOptions {
  /** You own it. */
  readonly client: RedisClient;
  readonly queue: string;
  readonly stream: string;
  readonly max: number;
  readonly timeoutMs: number;
  readonly clock: Clock;
}

/** Dead letters in a Redis Stream, guarded by the fencing tokens of the leaders. */
export function createDeadLetters({ client, queue, stream, max, timeoutMs, clock }: DeadLettersOptions): DeadLetters {
  // Beside the stream, so that all are in one slot.
  const base = `${/\{[^}]+\}/u.test(stream) ? stream : `{${stream}}`}:consumer:${queue}`;
  const fence = `${base}:fence`;
  const raising = guardScript('return 1', { timeoutMs, clock });
  const burying = guardScript(`${buryLua('KEYS[1]', 1)}\nreturn 1`, { timeoutMs, clock });
  return {
    async raise(token, signal) {
      await raising.run(client, { fence, token, signal }).catch(toSourceError);
    },
    openBook: (token, signal) => TryBook.open({ client, fence, base, token, timeoutMs, clock, signal }),
    async bury(message, burial, token) {
      const args = [max, ...deadLetterFields(queue, message, burial)];
      const reply = await burying.run(client, { fence, token, keys: [stream], args }).catch(toSourceError);
      if (reply === 0) throw new ConsumerError('ERR_CONSUMER_DEAD_LETTERS_FULL', `there are ${max} dead letters`);
    },
  };
}
