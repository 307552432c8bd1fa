import type { Clock, RedisClient } from '@lockstep/core';
import { guardScript, type GuardScript } from '@lockstep/lock';

import { toSourceError } from '../source/to-source-error.ts';
import { beginLua } from './lua/begin.ts';
import { noteLua } from './lua/note.ts';
import { noTries, type Tries } from './tries.ts';

/** Where the tries of a queue are kept. */
export interface TryBookOptions {
  /** You own it. */
  readonly client: RedisClient;
  /** The newest fencing token of those who read the queue. */
  readonly fence: string;
  /** Names of its keys begin with it; in the slot of the fence. */
  readonly base: string;
  readonly token: number;
  readonly timeoutMs: number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/**
 * The tries of the messages of a queue that are in trouble, kept in Redis under the fencing token of the leader, so that
 * they are known to the next one. Most messages never stand in it.
 */
export class TryBook {
  /** Whether the leader before ended without a word, maybe of a message that it had begun. */
  readonly isDoubted: boolean;
  readonly #options: TryBookOptions;
  readonly #keys: readonly [tries: string, reader: string];
  readonly #tries: Map<string, Tries>;
  readonly #noting: GuardScript;
  #forgetting: Promise<unknown> = Promise.resolve();
  #hasLeft = false;

  private constructor(options: TryBookOptions, isDoubted: boolean, tries: Map<string, Tries>) {
    const { timeoutMs, clock } = options;
    this.#options = options;
    this.#keys = keysOf(options);
    this.isDoubted = isDoubted;
    this.#tries = tries;
    this.#noting = guardScript(noteLua, { timeoutMs, clock });
  }

  /**
   * Opens the book for a leader.
   *
   * @throws ConsumerError `ERR_CONSUMER_STALE` or `ERR_CONSUMER_SOURCE`, or the reason of the signal.
   */
  static async open(options: TryBookOptions): Promise<TryBook> {
    const { client, fence, token, timeoutMs, clock, signal } = options;
    const run = { fence, token, keys: keysOf(options), args: [String(token)], signal };
    const reply = await guardScript(beginLua, { timeoutMs, clock }).run(client, run).catch(toSourceError);
    const [isDoubted, ...entries] = reply as [number, ...string[]];
    const tries = new Map<string, Tries>();
    for (let at = 0; at + 1 < entries.length; at += 2) {
      const [refused = 0, unfinished = 0] = entries[at + 1]!.split(' ').map(Number);
      tries.set(entries[at]!, { refused, unfinished });
    }
    return new TryBook(options, isDoubted === 1, tries);
  }

  /** Whether no message is in trouble. */
  get isEmpty(): boolean {
    return this.#tries.size === 0;
  }

  /** What stands in it. */
  of(id: string): Tries | undefined {
    return this.#tries.get(id);
  }

  /**
   * Writes it down; resolves when Redis has it. What is in no trouble any more is struck out there, so that the next
   * leader may doubt it.
   *
   * @throws ConsumerError `ERR_CONSUMER_STALE` or `ERR_CONSUMER_SOURCE`; in the memory of this leader it stands all the same.
   */
  async note(id: string, tries: Tries): Promise<void> {
    this.#tries.set(id, tries);
    const isTrouble = tries.refused + tries.unfinished > 0;
    await this.#write([id], isTrouble ? `${tries.refused} ${tries.unfinished}` : '').catch(toSourceError);
  }

  /** Strikes out what is done. Where that is not heard, it is the next leader's, or time's, to do. */
  forget(ids: readonly string[]): void {
    const known = ids.filter((id) => this.#tries.delete(id));
    if (known.length > 0) this.#forgetting = this.#write(known, '').catch(() => undefined);
  }

  /** Strikes out all for which it is so. */
  forgetWhere(isPast: (id: string) => boolean): void {
    this.forget([...this.#tries.keys()].filter((id) => isPast(id)));
  }

  /** Says that nothing is under way any more. Who comes next is careful where this is not heard. Never rejects. */
  async leave(): Promise<void> {
    if (this.#hasLeft) return;
    this.#hasLeft = true;
    await this.#forgetting;
    await this.#write([], '').catch(() => undefined);
  }

  async #write(ids: readonly string[], text: string): Promise<void> {
    const { client, fence, token } = this.#options;
    await this.#noting.run(client, { fence, token, keys: this.#keys, args: [String(token), text, ...ids] });
  }
}

/** What is not in the book has none. */
export function triesIn(book: TryBook, id: string, isDoubted: boolean): Tries {
  return book.of(id) ?? (isDoubted ? { ...noTries, unfinished: 1 } : noTries);
}

function keysOf({ base }: TryBookOptions): readonly [tries: string, reader: string] {
  return [`${base}:tries`, `${base}:reader`];
}
