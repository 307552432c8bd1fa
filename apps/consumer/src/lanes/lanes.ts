import type { Clock, Timer } from '@lockstep/core';

import type { Message } from '../source/message.ts';

/** Messages that stay in order among each other, while somebody works on the first of them. */
export interface Lane {
  /** Those that are not done, the oldest first. */
  readonly messages: readonly Message[];
  /** How often in a row it could not be taken to the sink, for whatever reason. */
  failures: number;
}

/** What became of an attempt: so many messages at the front of the lane are done, or it is to be tried again. */
export type Attempt = { readonly done: number } | { readonly againInMs: number };

/** How lanes are served. */
export interface LanesOptions {
  /** How many at once. */
  readonly parallel: number;
  /** Works on the front of a lane. It must not throw unless all is over. */
  readonly attempt: (lane: Lane) => Promise<Attempt>;
  /** Told when an attempt threw; nothing more is begun then. */
  readonly onFailure: (error: unknown) => void;
  readonly clock: Clock;
}

interface OpenLane extends Lane {
  readonly messages: Message[];
}

/** Serves many lanes, so many of them at once; a lane that waits to be tried again is in nobody's way. */
export class Lanes {
  readonly #options: LanesOptions;
  readonly #lanes = new Map<string, OpenLane>();
  /** Lanes that wait for their turn. */
  readonly #ready: [string, OpenLane][] = [];
  readonly #retries = new Set<Timer>();
  readonly #running = new Set<Promise<void>>();
  #size = 0;
  #stopped = false;
  #onRoom: (() => void) | undefined;

  constructor(options: LanesOptions) {
    this.#options = options;
  }

  /** Messages that are not done. */
  get size(): number {
    return this.#size;
  }

  /** Lanes whose first message was tried in vain. */
  get blocked(): number {
    return [...this.#lanes.values()].filter(({ failures }) => failures > 0).length;
  }

  /** When the oldest message that is not done was written, in wall-clock milliseconds. */
  get oldestMs(): number | undefined {
    let oldest: number | undefined;
    for (const { messages } of this.#lanes.values()) {
      const at = messages[0]?.writtenAtMs;
      if (at !== undefined && (oldest === undefined || at < oldest)) oldest = at;
    }
    return oldest;
  }

  add(name: string, message: Message): void {
    this.#size += 1;
    const lane = this.#lanes.get(name);
    if (lane !== undefined) {
      lane.messages.push(message);
      return;
    }
    const opened: OpenLane = { messages: [message], failures: 0 };
    this.#lanes.set(name, opened);
    this.#ready.push([name, opened]);
    this.#pump();
  }

  /** Resolves when fewer than `count` messages are there, or nothing more is begun. */
  async below(count: number): Promise<void> {
    while (this.#size >= count && !this.#stopped) {
      await new Promise<void>((resolve) => (this.#onRoom = resolve));
    }
  }

  /** Begins nothing more, and resolves when nothing is under way. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#ready.length = 0;
    for (const timer of this.#retries) timer.cancel();
    this.#retries.clear();
    this.#onRoom?.();
    await Promise.all(this.#running);
  }

  #pump(): void {
    while (!this.#stopped && this.#running.size < this.#options.parallel && this.#ready.length > 0) {
      const [name, lane] = this.#ready.shift()!;
      const run = this.#run(name, lane).finally(() => {
        this.#running.delete(run);
        this.#pump();
      });
      this.#running.add(run);
    }
  }

  async #run(name: string, lane: OpenLane): Promise<void> {
    let attempt: Attempt;
    try {
      attempt = await this.#options.attempt(lane);
    } catch (error) {
      this.#stopped = true;
      this.#onRoom?.();
      this.#options.onFailure(error);
      return;
    }
    if ('againInMs' in attempt) {
      const timer = this.#options.clock.setTimer(() => {
        this.#retries.delete(timer);
        this.#ready.push([name, lane]);
        this.#pump();
      }, attempt.againInMs);
      if (this.#stopped) timer.cancel();
      else this.#retries.add(timer);
      return;
    }
    lane.messages.splice(0, attempt.done);
    this.#size -= attempt.done;
    if (lane.messages.length === 0) this.#lanes.delete(name);
    else this.#ready.push([name, lane]);
    this.#onRoom?.();
  }
}
