import type { Message } from '../message.ts';
import { compareStreamIds } from './stream-id.ts';

/** Where a stream is read from. */
export interface StreamPosition {
  readonly cursor: string;
  /** How many entries of the stream, from its beginning, are up to the cursor. */
  readonly passed: number;
  /** Ids after the cursor that are done. */
  readonly done: readonly string[];
}

/** What the server must be told. */
export interface ProgressStep {
  /** The id up to which all is done. */
  readonly cursor: string;
  /** How many entries of the stream, from its beginning, are up to the cursor. */
  readonly passed: number;
  /** Ids after the cursor that are done. */
  readonly added: readonly string[];
  /** Ids that the server knows as done, and that the cursor has passed. */
  readonly removed: readonly string[];
}

/** Knows what of a stream was read and done, and what the server has not been told yet. */
export class StreamProgress {
  #cursor: string;
  /** In order, from the first after the cursor to the last that was read. */
  readonly #read = new Map<string, boolean>();
  /** Done after the cursor, as the server knows it, or may. */
  readonly #known: Set<string>;
  /** Done after the cursor, and the server does not know. */
  readonly #news = new Set<string>();
  #passed: number;
  #toldPassed: number;
  readonly #removed: string[] = [];

  constructor({ cursor, passed, done }: StreamPosition) {
    this.#cursor = cursor;
    this.#passed = passed;
    this.#toldPassed = passed;
    this.#known = new Set(done);
  }

  /** How many entries lie between the cursor and what was read last. */
  get ahead(): number {
    return this.#read.size;
  }

  /** Whether there is something to tell. */
  get hasNews(): boolean {
    return this.#passed > this.#toldPassed || this.#news.size > 0;
  }

  /** How many entries, from the beginning of the stream, were read or left out. */
  get seen(): number {
    return this.#passed + this.#read.size;
  }

  /** Notes that entries were removed from the stream before anybody had read them. */
  skip(count: number): void {
    this.#passed += count;
  }

  /** Notes what was read; those that an earlier session was done with are left out of what is returned. */
  add(messages: readonly Message[]): Message[] {
    const fresh = messages.filter(({ id }) => {
      const isDone = this.#known.has(id);
      this.#read.set(id, isDone);
      return !isDone;
    });
    this.#advance();
    return fresh;
  }

  done(id: string): void {
    if (!this.#read.has(id)) return;
    this.#read.set(id, true);
    this.#news.add(id);
    this.#advance();
  }

  /** Notes that the server may know from now on, not by what is taken from here, that a message is done. It is not yet here. */
  expectKnown(id: string): void {
    this.#known.add(id);
  }

  /** What the server must be told. It counts as told from now on. */
  take(): ProgressStep {
    const added = [...this.#news];
    for (const id of added) this.#known.add(id);
    this.#news.clear();
    const step = { cursor: this.#cursor, passed: this.#passed, added, removed: this.#removed.splice(0) };
    this.#toldPassed = this.#passed;
    return step;
  }

  #advance(): void {
    for (const [id, isDone] of this.#read) {
      if (!isDone) return;
      this.#read.delete(id);
      this.#cursor = id;
      this.#passed += 1;
      this.#news.delete(id);
      // What the server never heard of need not be said.
      if (this.#known.delete(id)) this.#removed.push(id);
    }
    // Entries that others have removed from the stream are never read again.
    for (const id of this.#known) {
      if (compareStreamIds(id, this.#cursor) > 0) continue;
      this.#known.delete(id);
      this.#removed.push(id);
    }
  }
}
