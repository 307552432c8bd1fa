import type { Clock, Timer } from '@lockstep/core';

import type { ChangeLog, ChangeLogEntry, ChangeLogFollower, ChangeLogGap } from './change-log.ts';
import { ChangeRing, type ChangeRingOptions } from './change-ring.ts';

/** So often the horizon is looked at within `maxHorizonMs`, and the log asked half as often: no lost answer stalls anybody. */
const LOOKS_PER_HORIZON = 8;
const MAX_LOOK_MS = 250;

/** What a feed is made of. All times in milliseconds. */
export interface ChangeFeedOptions extends ChangeRingOptions {
  readonly log: ChangeLog;
  readonly clock: Clock;
  /** From what age of its horizon on the feed is stalled. */
  readonly maxHorizonMs: number;
  readonly onError: (error: Error) => void;
}

/** Where a client that resumes goes on: at a number of the ring, or where only the log itself knows. */
export type ChangePlace = number | 'behind';

/** The end of a log, read once for all clients of this process. It reads from its first listener on. */
export class ChangeFeed {
  readonly ring: ChangeRing;
  readonly #options: ChangeFeedOptions;
  readonly #listeners = new Set<() => void>();
  #follower: ChangeLogFollower | undefined;
  #isReady = false;
  #isStalled = false;
  #resets = 0;
  #lastGap: ChangeLogGap = 'lost';
  #watch: Timer | undefined;
  #isWaking = false;
  #startedAt = 0;

  readonly #lookEveryMs: number;

  constructor(options: ChangeFeedOptions) {
    this.#options = options;
    this.#lookEveryMs = Math.min(MAX_LOOK_MS, Math.max(5, options.maxHorizonMs / LOOKS_PER_HORIZON));
    this.ring = new ChangeRing(options);
  }

  /** True when it knows where the log ends. */
  get isReady(): boolean {
    return this.#isReady;
  }

  /** True while it cannot say that it has heard everything up to a moment ago. */
  get isStalled(): boolean {
    return this.#isStalled;
  }

  /** How often entries were missed. All clients must then forget everything. */
  get resets(): number {
    return this.#resets;
  }

  /** Why, the last time. */
  get lastGap(): ChangeLogGap {
    return this.#lastGap;
  }

  /** Calls `listener` after each change of what is here, until what it returns is called. */
  listen(listener: () => void): () => void {
    this.#listeners.add(listener);
    this.#start();
    return () => void this.#listeners.delete(listener);
  }

  /** Where one goes on who has heard everything up to `id`. Call it once the feed is ready. */
  placeOf(id: string): ChangePlace {
    return this.ring.after(id) ?? 'behind';
  }

  async close(): Promise<void> {
    this.#watch?.cancel();
    await this.#follower?.close();
  }

  #start(): void {
    if (this.#follower !== undefined) return;
    const { log, clock, onError } = this.#options;
    this.#startedAt = clock.monotonic();
    const follower = log.follow({
      heartbeatMs: this.#lookEveryMs * 2,
      onInvalidate: (keys, id, entry) => {
        // Before anybody could join; what it does not hold does not matter.
        if (this.#isReady) this.ring.push(id, toldKeysOf(keys, entry), entry.tags);
        else this.#joinAt(id);
        this.#wakeLater();
      },
      onReset: (gap) => {
        this.#lose(gap, follower.cursor);
        this.#wakeLater();
      },
      onError,
    });
    this.#follower = follower;
    // It rejects only when it is closed.
    void this.#joinWhenReady(follower).catch(() => undefined);
    this.#look();
  }

  async #joinWhenReady(follower: ChangeLogFollower): Promise<void> {
    await follower.ready;
    if (!this.#isReady) this.#joinAt(follower.cursor);
    this.#wakeLater();
  }

  #joinAt(id: string): void {
    this.#isReady = true;
    this.ring.restart(id);
  }

  #lose(gap: ChangeLogGap, cursor: string): void {
    this.#lastGap = gap;
    this.#resets++;
    this.#isReady = true;
    this.ring.restart(cursor);
  }

  #look(): void {
    const { clock, maxHorizonMs } = this.#options;
    // Until it has heard anything, it has been deaf since it began.
    const sinceStart = clock.monotonic() - this.#startedAt;
    const isStalled = Math.min(this.#follower?.horizonAgeMs() ?? Infinity, sinceStart) > maxHorizonMs;
    if (isStalled !== this.#isStalled) {
      this.#isStalled = isStalled;
      this.#wakeLater();
    }
    this.#watch = clock.setTimer(() => this.#look(), this.#lookEveryMs);
  }

  /** Once for all entries that came with one read. */
  #wakeLater(): void {
    if (this.#isWaking) return;
    this.#isWaking = true;
    setImmediate(() => {
      this.#isWaking = false;
      for (const listener of this.#listeners) listener();
    });
  }
}

/** All keys of an entry as text. Nobody can name over HTTP what is none: U+FFFD stands for each bad byte. */
export function toldKeysOf(keys: readonly string[], { binaryKeys }: ChangeLogEntry): readonly string[] {
  return binaryKeys.length === 0 ? keys : [...keys, ...binaryKeys.map((key) => key.toString())];
}
