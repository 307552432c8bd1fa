import { type Clock, systemClock } from '@lockstep/core';
import type { ConsumeMessage } from 'amqplib';

import type { DeadLetters } from '../../dead-letters/dead-letters.ts';
import type { Source } from '../source.ts';
import { type AmqpBroker, attachExclusively } from './amqp-link.ts';
import { AmqpSession } from './amqp-session.ts';
import { Inbox } from './inbox.ts';

/** Which queue of which broker. */
export interface AmqpSourceOptions {
  readonly broker: AmqpBroker;
  readonly queue: string;
  /** How many messages are handed out at once. */
  readonly window: number;
  readonly deadLetters: DeadLetters;
  /** Milliseconds that the broker may take for one answer. @default 2000 */
  readonly timeoutMs?: number;
  /** @default systemClock */
  readonly clock?: Clock;
}

/**
 * A queue of an AMQP 0-9-1 broker, read by one exclusive consumer with manual acknowledgements. AMQP has no fencing tokens:
 * here the broker itself keeps everybody else out, and gives the messages of one that it threw out their old places.
 */
export function createAmqpSource(options: AmqpSourceOptions): Source {
  const { broker, queue, window, deadLetters, timeoutMs = 2000, clock = systemClock } = options;
  return {
    async open(terms) {
      const { signal, token, onFailure, onTrouble } = terms;
      await deadLetters.raise(token, signal);
      const inbox = new Inbox<ConsumeMessage>();
      const link = await attachExclusively(broker, {
        queue,
        prefetch: window,
        onMessage: (message) => inbox.put(message),
        onEnd: onFailure,
        onTrouble,
        signal,
        clock,
      });
      try {
        // Only now the leader before is gone from the broker as well.
        const book = await deadLetters.openBook(token, signal);
        return new AmqpSession({ link, inbox, queue, deadLetters, book, terms, timeoutMs, clock });
      } catch (error) {
        await link.close();
        throw error;
      }
    },
  };
}
