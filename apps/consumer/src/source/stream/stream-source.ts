import { type Clock, type RedisClient, systemClock } from '@lockstep/core';
import { guardScript } from '@lockstep/lock';

import type { Source } from '../source.ts';
import { openLua } from './lua/open.ts';
import { streamKeysOf } from './stream-keys.ts';
import { StreamSession } from './stream-session.ts';
import { TryBook } from '../../tries/try-book.ts';
import { toSourceError } from '../to-source-error.ts';

/** Which stream, and how. */
export interface StreamSourceOptions {
  /** You own it. */
  readonly client: RedisClient;
  /** Name of the queue: each has its own cursor. */
  readonly queue: string;
  readonly stream: string;
  readonly deadLetters: { readonly stream: string; readonly max: number };
  /** How far it reads ahead of the oldest entry that is not done. */
  readonly window: number;
  /** Whether entries that are done are removed. @default false */
  readonly trim?: boolean | undefined;
  /** Told when entries were removed from the stream before they were read. */
  readonly onMissed: (count: number) => void;
  /** Milliseconds that Redis may take for one answer. @default 2000 */
  readonly timeoutMs?: number;
  /** @default systemClock */
  readonly clock?: Clock;
}

/**
 * A Redis Stream whose cursor is kept together with the fencing token of its readers, so that nobody who was overtaken can
 * move it. It needs no consumer group; whoever likes may append.
 */
export function createStreamSource(options: StreamSourceOptions): Source {
  const { client, queue, stream, timeoutMs = 2000, clock = systemClock } = options;
  const keys = streamKeysOf(stream, queue);
  const opening = guardScript(openLua, { timeoutMs, clock });
  return {
    async open(terms) {
      const { token, signal } = terms;
      const reply = (await opening
        .run(client, { fence: keys.fence, token, keys: [keys.state, keys.done, keys.stream], signal })
        .catch(toSourceError)) as [string, number, number, ...string[]];
      const [cursor, passed, missed, ...done] = reply;
      if (missed > 0) options.onMissed(missed);
      const position = { cursor, passed, done };
      const { fence, state: base } = keys;
      const book = await TryBook.open({ client, fence, base, token, timeoutMs, clock, signal });
      return new StreamSession({ ...options, timeoutMs, clock, keys, terms, position, book });
    },
  };
}
