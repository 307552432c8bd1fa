import { createBell } from './bell.ts';
import type { ChangeFeed } from './change-feed.ts';
import type { ChangeLogGap } from './change-log.ts';
import type { Change } from './change-ring.ts';
import { encodeEvent, type StreamEvent } from './stream-event.ts';
import type { StreamResponse } from './stream-response.ts';
import { filterToldKeys, type ToldKeys, toToldKeys } from './told-keys.ts';
import { catchUp, type CatchUpOptions } from './catch-up.ts';

/** Why a client must forget everything. `slow`: it took less than there was, and is cut off. */
export type ChangeReset = ChangeLogGap | 'slow';

/** What one client hears. */
export interface ChangeStreamOptions extends Pick<CatchUpOptions, 'log' | 'readers' | 'onError'> {
  readonly feed: ChangeFeed;
  readonly stream: StreamResponse;
  /** Only keys that begin with one of them. Empty: all keys. */
  readonly prefixes: readonly string[];
  /** The last entry that the client has heard; undefined: it holds nothing. */
  readonly after: string | undefined;
}

/** The invalidations on their way to one client. */
export class ChangeStream {
  readonly #options: ChangeStreamOptions;
  readonly #bell = createBell();
  readonly #closing = new AbortController();
  readonly #ended: AbortSignal;
  #cursor: string | undefined;
  #next = 0;
  #resets = 0;
  /** What the client was last told: that it is in step, that nobody knows, or nothing yet. */
  #told: 'ready' | 'stalled' | undefined;

  constructor(options: ChangeStreamOptions) {
    this.#options = options;
    this.#cursor = options.after;
    this.#ended = AbortSignal.any([options.stream.signal, this.#closing.signal]);
  }

  /** The last entry that was written or passed over. */
  get cursor(): string | undefined {
    return this.#cursor;
  }

  /** Writes until the client is gone, was too slow, or `end` is called. */
  async run(): Promise<void> {
    const { feed, stream } = this.#options;
    const deaf = feed.listen(() => this.#bell.ring());
    this.#ended.addEventListener('abort', () => this.#bell.ring(), { once: true });
    stream.onRoom = () => this.#bell.ring();
    try {
      await this.#join();
      while (!this.#ended.aborted) {
        if (!this.#isOvertaken()) {
          this.#pump();
          await this.#bell.wait();
        } else if (stream.isFull) {
          await stream.end(this.#resetEvent('slow'));
          return;
        } else {
          // More came at once than the ring holds, which is no fault of the client.
          await this.#join();
        }
      }
    } finally {
      deaf();
    }
    if (!stream.signal.aborted) await stream.end({ event: 'end', id: this.#cursor, fields: { reason: 'shutdown' } });
  }

  /** Ends the stream with a last event. Idempotent. */
  end(): void {
    this.#closing.abort();
  }

  /** Finds the place in the ring, by way of the log where the client was further back. */
  async #join(): Promise<void> {
    const { feed, log, readers, onError, stream } = this.#options;
    while (!feed.isReady && !this.#ended.aborted) {
      this.#tellHorizon();
      await this.#bell.wait();
    }
    this.#resets = feed.resets;
    while (!this.#ended.aborted) {
      const place = this.#cursor === undefined ? feed.ring.next : feed.placeOf(this.#cursor);
      if (typeof place === 'number') {
        this.#next = place;
        this.#cursor ??= feed.ring.tail;
        return;
      }
      const gap = await this.#catchUp({ feed, log, readers, onError, stream });
      if (gap === undefined) continue;
      this.#forgetAll(gap);
      return;
    }
  }

  /** Hears the log itself until the ring goes on from there; tells the gap when there is one. */
  async #catchUp(options: Pick<CatchUpOptions, 'feed' | 'log' | 'readers' | 'onError' | 'stream'>) {
    return catchUp({
      ...options,
      signal: this.#ended,
      bell: this.#bell,
      from: this.#cursor!,
      onChange: (change) => {
        this.#write(change);
        this.#cursor = change.id;
      },
    });
  }

  /** True when the ring no longer has what comes next for this client. */
  #isOvertaken(): boolean {
    const { feed } = this.#options;
    return this.#resets === feed.resets && this.#next < feed.ring.first;
  }

  #pump(): void {
    const { feed, stream } = this.#options;
    const { ring } = feed;
    if (this.#resets !== feed.resets) this.#forgetAll(feed.lastGap);
    while (this.#next < ring.next && !stream.isFull && !this.#ended.aborted) {
      const change = ring.at(this.#next);
      this.#write(change);
      this.#cursor = change.id;
      this.#next++;
    }
    if (this.#next === ring.next) this.#tellHorizon();
  }

  /** From here on the client hears everything again. */
  #forgetAll(gap: ChangeReset): void {
    const { feed, stream } = this.#options;
    this.#resets = feed.resets;
    this.#next = feed.ring.next;
    stream.send(this.#resetEvent(gap));
    this.#cursor = feed.ring.tail;
  }

  #resetEvent(reason: ChangeReset): StreamEvent {
    return { event: 'reset', id: this.#options.feed.ring.tail, fields: { reason } };
  }

  #tellHorizon(): void {
    const { feed, stream } = this.#options;
    const now = feed.isStalled || !feed.isReady ? 'stalled' : 'ready';
    if (now === this.#told || (now === 'stalled' && !feed.isStalled) || stream.isFull) return;
    this.#told = now;
    stream.send({ event: now, id: this.#cursor, fields: {} });
  }

  #write(change: Change): void {
    const { stream, prefixes } = this.#options;
    const told = (change.told ??= toToldKeys(change.keys));
    if (prefixes.length === 0) {
      const bytes = (change.encoded[stream.format] ??= encodeEvent(
        stream.format,
        toEvent(change.id, told, change.tags),
      ));
      stream.write(bytes);
      return;
    }
    const wanted = filterToldKeys(told, prefixes);
    // Tags may name what a client must not know that may read some prefixes only.
    if (wanted.keys.length + wanted.prefixes.length > 0) stream.send(toEvent(change.id, wanted, []));
  }
}

/** One event for all of an entry: a client that comes back after it must not miss the half. */
function toEvent(id: string, { keys, prefixes }: ToldKeys, tags: readonly string[]): StreamEvent {
  const hashed = prefixes.length === 0 ? {} : { hashed: true, prefixes };
  const tagged = tags.length === 0 ? {} : { tags };
  return { event: 'invalidate', id, fields: { encoding: 'utf8', keys, ...hashed, ...tagged } };
}
