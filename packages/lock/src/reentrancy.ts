import { AsyncLocalStorage } from 'node:async_hooks';

import { LockError } from './lock-error.ts';

/** A section under way, and the one that it runs in. */
export interface Frame {
  readonly keys: readonly string[];
  readonly outer: Frame | undefined;
  isOver: boolean;
}

/** Knows which locks the sections hold that a call comes from. */
export class Reentrancy {
  readonly #frames = new AsyncLocalStorage<Frame>();

  /**
   * @throws LockError ERR_LOCK_REENTRANT when a section that the caller runs in holds the key: it would wait for itself.
   * What a section has started and not waited for may ask again when it is over.
   */
  check(key: string): void {
    for (let frame = this.#frames.getStore(); frame !== undefined; frame = frame.outer) {
      if (frame.isOver || !frame.keys.includes(key)) continue;
      throw new LockError('ERR_LOCK_REENTRANT', `the caller holds "${key}" already and would wait for itself`, { key });
    }
  }

  /** Begins a section that holds these keys, with what it runs in. */
  enter(keys: readonly string[]): Frame {
    return { keys, outer: this.#frames.getStore(), isOver: false };
  }

  /** Runs a section. Set `isOver` of the frame when it has ended. */
  run<T>(frame: Frame, section: () => T): T {
    return this.#frames.run(frame, section);
  }
}
