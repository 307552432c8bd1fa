import { type Clock, createBackoff, type RedisConnection, sleep, withDeadline } from '@lockstep/core';
import { guardScript, type GuardScript } from '@lockstep/lock';

import { ConsumerError } from '../../consumer-error.ts';
import { deadLetterFields } from '../../dead-letters/dead-letter-fields.ts';
import type { Tries } from '../../tries/tries.ts';
import { triesIn, type TryBook } from '../../tries/try-book.ts';
import type { Message } from '../message.ts';
import type { Backlog, Burial, SessionTerms, SourceSession } from '../source.ts';
import { buryOnceLua } from './lua/bury.ts';
import { commitLua } from './lua/commit.ts';
import { parseEntries } from './parse-entries.ts';
import { readStreamState } from './read-stream-state.ts';
import type { StreamKeys } from './stream-keys.ts';
import { compareStreamIds } from './stream-id.ts';
import { type StreamPosition, StreamProgress } from './stream-progress.ts';
import type { StreamSourceOptions } from './stream-source.ts';
import { toSourceError } from '../to-source-error.ts';

/** What a session of a stream is made of. */
export interface StreamSessionOptions extends StreamSourceOptions {
  readonly keys: StreamKeys;
  readonly terms: SessionTerms;
  readonly position: StreamPosition;
  readonly book: TryBook;
  readonly timeoutMs: number;
  readonly clock: Clock;
}

/** How long Redis waits for an entry before it answers with none. */
const blockMs = 1000;
/** How long to wait when too much was read ahead. */
const fullWaitMs = 20;

/** A stream as one leader reads it. */
export class StreamSession implements SourceSession {
  readonly #options: StreamSessionOptions;
  readonly #progress: StreamProgress;
  readonly #reader: RedisConnection;
  readonly #committing: GuardScript;
  readonly #burying: GuardScript;
  readonly #closed = new AbortController();
  /** Messages that the leader before may have begun when it died. */
  readonly #doubted = new Set<string>();
  #toDoubt: number;
  #after: string;
  /** Entries that were trimmed away, and that nobody has read as far as it is known. */
  #suspected = 0;
  #telling: Promise<void> | undefined;
  #failure: Error | undefined;

  constructor(options: StreamSessionOptions) {
    const { client, position, timeoutMs, clock, book, window } = options;
    this.#options = options;
    // Nobody reads further ahead than his window.
    this.#toDoubt = book.isDoubted ? window : 0;
    book.forgetWhere((id) => compareStreamIds(id, position.cursor) <= 0);
    this.#progress = new StreamProgress(position);
    this.#after = position.cursor;
    this.#committing = guardScript(commitLua, { timeoutMs, clock });
    this.#burying = guardScript(buryOnceLua, { timeoutMs, clock });
    this.#reader = client.duplicate();
    // What fails is told by the read that it fails.
    this.#reader.on('error', () => undefined);
  }

  async read(max: number): Promise<readonly Message[]> {
    const { keys, timeoutMs, clock, terms, window } = this.#options;
    const { signal } = terms;
    const room = Math.min(max, window - this.#progress.ahead);
    if (room <= 0) {
      // One that is tried in vain holds up the others only when they are so far ahead.
      await sleep(fullWaitMs, { signal, clock });
      return [];
    }
    const args = ['COUNT', room, 'BLOCK', blockMs, 'STREAMS', keys.stream, this.#after];
    const onTimeout = (): Error => new Error(`no answer to XREAD within ${blockMs + timeoutMs} ms`);
    const read = this.#reader.callBuffer('XREAD', ...args);
    const reply = await withDeadline(read, { ms: blockMs + timeoutMs, signal, onTimeout, clock }).catch(
      (error: unknown) => (signal.aborted ? Promise.reject(signal.reason as Error) : toSourceError(error)),
    );
    const messages = parseEntries(reply);
    this.#after = messages.at(-1)?.id ?? this.#after;
    for (const { id } of messages.slice(0, this.#toDoubt)) this.#doubted.add(id);
    this.#toDoubt = Math.max(0, this.#toDoubt - messages.length);
    const fresh = this.#progress.add(messages);
    this.#tell();
    return fresh;
  }

  triesOf({ id }: Message): Tries {
    return triesIn(this.#options.book, id, this.#doubted.has(id));
  }

  note({ id }: Message, tries: Tries): Promise<void> {
    return this.#options.book.note(id, tries);
  }

  done(messages: readonly Message[]): void {
    const ids = messages.map(({ id }) => id);
    for (const id of ids) {
      this.#progress.done(id);
      this.#doubted.delete(id);
    }
    this.#options.book.forget(ids);
    this.#tell();
  }

  async bury(message: Message, burial: Burial): Promise<void> {
    const { client, keys, deadLetters, terms, queue } = this.#options;
    const args = [message.id, deadLetters.max, ...deadLetterFields(queue, message, burial)];
    const run = { fence: keys.fence, token: terms.token, keys: [keys.state, keys.done, deadLetters.stream], args };
    // Also where no answer comes.
    this.#progress.expectKnown(message.id);
    const reply = await this.#burying.run(client, { ...run, signal: this.#closed.signal }).catch(toSourceError);
    if (reply === 0) {
      throw new ConsumerError('ERR_CONSUMER_DEAD_LETTERS_FULL', `there are ${deadLetters.max} dead letters`);
    }
    this.done([message]);
  }

  async backlog(): Promise<Backlog> {
    const { client, keys, timeoutMs, clock, onMissed } = this.#options;
    const onTimeout = (): Error => new Error(`no answer within ${timeoutMs} ms`);
    const looking = readStreamState(client, keys);
    const state = await withDeadline(looking, { ms: timeoutMs, signal: this.#closed.signal, onTimeout, clock }).catch(
      toSourceError,
    );
    // What is on its way to the reader now may be trimmed already; the next look knows.
    const suspected = Math.max(0, state.lost - this.#progress.seen);
    const missed = Math.min(suspected, this.#suspected);
    this.#suspected = suspected - missed;
    if (missed > 0) {
      this.#progress.skip(missed);
      onMissed(missed);
    }
    return { messages: state.waiting };
  }

  async settle(): Promise<void> {
    await this.#telling;
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#progress.hasNews) throw new ConsumerError('ERR_CONSUMER_CLOSED', 'the session was closed before');
  }

  async close(): Promise<void> {
    this.#closed.abort(new ConsumerError('ERR_CONSUMER_CLOSED', 'the session is closed'));
    this.#reader.disconnect();
    await this.#telling;
    await this.#options.book.leave();
  }

  #tell(): void {
    if (this.#telling !== undefined || !this.#progress.hasNews || this.#failure !== undefined) return;
    this.#telling = this.#tellAll();
  }

  /** One commit at a time, each with all that came up meanwhile. */
  async #tellAll(): Promise<void> {
    try {
      while (this.#progress.hasNews) await this.#commit();
    } catch (error) {
      // A session that was closed has nothing to tell any more.
      if (this.#closed.signal.aborted) return;
      this.#failure = error as Error;
      this.#options.terms.onFailure(this.#failure);
    } finally {
      this.#telling = undefined;
    }
  }

  async #commit(): Promise<void> {
    const { client, keys, terms, trim, clock } = this.#options;
    const { cursor, passed, added, removed } = this.#progress.take();
    const args = [cursor, passed, trim === true ? '1' : '0', added.length, ...added, ...removed];
    const backoff = createBackoff({ minMs: 20, maxMs: 1000 });
    for (;;) {
      try {
        const run = { fence: keys.fence, token: terms.token, keys: [keys.state, keys.done, keys.stream], args };
        await this.#committing.run(client, { ...run, signal: this.#closed.signal }).catch(toSourceError);
        return;
      } catch (error) {
        if (!(error instanceof ConsumerError) || error.code !== 'ERR_CONSUMER_SOURCE') throw error;
        // For as long as the leadership holds nobody else can have moved the cursor.
        if (terms.signal.aborted) throw error;
        await sleep(backoff.next(), { signal: this.#closed.signal, clock });
      }
    }
  }
}
