import { type Clock, withDeadline } from '@lockstep/core';
import type { ConsumeMessage } from 'amqplib';

import { ConsumerError } from '../../consumer-error.ts';
import type { DeadLetters } from '../../dead-letters/dead-letters.ts';
import { noTries, type Tries } from '../../tries/tries.ts';
import { triesIn, type TryBook } from '../../tries/try-book.ts';
import type { Message } from '../message.ts';
import type { Backlog, Burial, SessionTerms, SourceSession } from '../source.ts';
import type { AmqpLink } from './amqp-link.ts';
import type { Inbox } from './inbox.ts';
import { parseDelivery } from './parse-delivery.ts';
import { tryKeyOf } from './try-key-of.ts';

/** What a session of a broker's queue is made of. */
export interface AmqpSessionOptions {
  readonly link: AmqpLink;
  readonly inbox: Inbox<ConsumeMessage>;
  readonly queue: string;
  readonly deadLetters: DeadLetters;
  readonly book: TryBook;
  readonly terms: SessionTerms;
  readonly timeoutMs: number;
  readonly clock: Clock;
}

const waitMs = 1000;

/** A broker's queue as one leader reads it. */
export class AmqpSession implements SourceSession {
  readonly #options: AmqpSessionOptions;
  /** Messages that the broker has not been told of as done. */
  readonly #open = new Map<Message, ConsumeMessage>();

  constructor(options: AmqpSessionOptions) {
    this.#options = options;
  }

  async read(max: number): Promise<readonly Message[]> {
    const { inbox, terms, clock } = this.#options;
    const deliveries = await inbox.take(max, { ms: waitMs, signal: terms.signal, clock });
    return deliveries.map((delivery) => {
      const message = parseDelivery(delivery, `unnamed-${terms.token}-${delivery.fields.deliveryTag}`);
      this.#open.set(message, delivery);
      return message;
    });
  }

  triesOf(message: Message): Tries {
    const { book } = this.#options;
    // A name may have to be made of all of a message.
    if (book.isEmpty && !book.isDoubted) return noTries;
    const delivery = this.#open.get(message)!;
    const isDoubted = book.isDoubted && delivery.fields.redelivered;
    return triesIn(book, tryKeyOf(delivery), isDoubted);
  }

  note(message: Message, tries: Tries): Promise<void> {
    return this.#options.book.note(tryKeyOf(this.#open.get(message)!), tries);
  }

  done(messages: readonly Message[]): void {
    for (const message of messages) {
      const delivery = this.#open.get(message);
      if (delivery === undefined) continue;
      this.#open.delete(message);
      const { book } = this.#options;
      if (!book.isEmpty) book.forget([tryKeyOf(delivery)]);
      try {
        this.#options.link.channel.ack(delivery);
      } catch (error) {
        // The channel is closed, and its message comes again.
        this.#options.terms.onFailure(closed(error));
      }
    }
  }

  async bury(message: Message, burial: Burial): Promise<void> {
    const { deadLetters, terms } = this.#options;
    await deadLetters.bury(message, burial, terms.token);
    this.done([message]);
  }

  async backlog(): Promise<Backlog> {
    const { messageCount } = await this.#ask();
    return { messages: messageCount + this.#open.size + this.#options.inbox.size };
  }

  /** The broker takes what comes over a channel in its order: when it answers, it has had all before. */
  async settle(): Promise<void> {
    await this.#ask();
  }

  async close(): Promise<void> {
    await this.#options.book.leave();
    await this.#options.link.close();
  }

  async #ask(): Promise<{ readonly messageCount: number }> {
    const { link, queue, timeoutMs, clock } = this.#options;
    const onTimeout = (): Error => new ConsumerError('ERR_CONSUMER_SOURCE', 'the broker does not answer');
    try {
      return await withDeadline(link.channel.checkQueue(queue), { ms: timeoutMs, onTimeout, clock });
    } catch (error) {
      throw error instanceof ConsumerError ? error : closed(error);
    }
  }
}

function closed(cause: unknown): ConsumerError {
  return new ConsumerError('ERR_CONSUMER_SOURCE', 'the channel to the broker is closed', { cause });
}
