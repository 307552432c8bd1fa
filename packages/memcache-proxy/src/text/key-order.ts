interface KeyState {
  /** Settles when the last write has. */
  write: Promise<void> | undefined;
  /** Settles when every read since that write has. */
  reads: Promise<void> | undefined;
  /** Commands that are not done; the key is forgotten at 0. */
  users: number;
}

/**
 * Keeps the commands of one connection on one key in their order: a read sees every write before it
 * and none after it. Commands on different keys, and reads among themselves, run concurrently.
 */
export class KeyOrder {
  readonly #states = new Map<string, KeyState>();

  /** How many keys have commands under way. */
  get size(): number {
    return this.#states.size;
  }

  /** Runs `read` after the writes of `key` that came before it. */
  async read<T>(key: Buffer, read: () => Promise<T>): Promise<T> {
    const name = key.toString('latin1');
    const state = this.#enter(name);
    const run = state.write === undefined ? read() : state.write.then(read);
    const done = settled(run);
    state.reads = state.reads === undefined ? done : Promise.all([state.reads, done]).then(nothing);
    return this.#finish(name, state, run);
  }

  /** Runs `write` after the reads and writes of `key` that came before it. */
  async write<T>(key: Buffer, write: () => Promise<T>): Promise<T> {
    const name = key.toString('latin1');
    const state = this.#enter(name);
    const before = state.reads ?? state.write;
    const run = before === undefined ? write() : before.then(write);
    state.write = settled(run);
    state.reads = undefined;
    return this.#finish(name, state, run);
  }

  #enter(name: string): KeyState {
    let state = this.#states.get(name);
    if (state === undefined) {
      state = { write: undefined, reads: undefined, users: 0 };
      this.#states.set(name, state);
    }
    state.users += 1;
    return state;
  }

  async #finish<T>(name: string, state: KeyState, run: Promise<T>): Promise<T> {
    try {
      return await run;
    } finally {
      state.users -= 1;
      if (state.users === 0) this.#states.delete(name);
    }
  }
}

function settled(promise: Promise<unknown>): Promise<void> {
  return promise.then(nothing, nothing);
}

function nothing(): void {}
