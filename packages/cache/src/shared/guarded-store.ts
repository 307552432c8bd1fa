import { type Clock, describeError } from '@lockstep/core';

import { CacheError } from '../cache-error.ts';
import { createDeadlines, type Deadline, type Deadlines } from '../deadlines.ts';
import { createCallDeadlines, type CallDeadlines, type CallOutcome } from './call-deadlines.ts';
import { type Circuit, type CircuitOptions, createCircuit } from './circuit.ts';
import { createProblemReporter, type ProblemReporter } from './problem-reporter.ts';
import type {
  ClaimBound,
  FenceBound,
  SharedAnswer,
  SharedBound,
  SharedFill,
  SharedRead,
  SharedStore,
  SharedValue,
} from './shared-tier.ts';

/** What a guard needs besides the store. */
export interface GuardOptions extends CircuitOptions {
  readonly clock: Clock;
  readonly random: () => number;
  /** Told of failures of reads, at most every ten seconds. */
  readonly onError: (error: Error) => void;
}

/** What a claim is where there is no tier to ask: load, without others knowing. */
const unclaimed: SharedRead = { kind: 'claimed', token: '' };

/** How long a release may take; nobody waits for what it leaves to time. */
const RELEASE_MS = 1000;

/**
 * A store whose calls settle by their deadline, and whose reads are left out while it does not answer. A read that
 * fails is a miss, and rejects only with the signal's reason. `fence` and `drop` always try, and reject honestly:
 * nothing may go on as if a value were gone.
 */
export function guardShared(store: SharedStore, options: GuardOptions): SharedStore {
  return new GuardedStore(store, options);
}

class GuardedStore implements SharedStore {
  readonly verifiesEpoch: boolean;
  readonly dropMark: string | undefined;
  readonly #store: SharedStore;
  readonly #circuit: Circuit;
  readonly #deadlines: CallDeadlines;
  readonly #plainReads: Deadlines<PlainRead>;
  readonly #report: ProblemReporter;
  readonly #means: ReadMeans;

  constructor(store: SharedStore, options: GuardOptions) {
    this.#store = store;
    this.verifiesEpoch = store.verifiesEpoch ?? false;
    this.dropMark = store.dropMark;
    this.#circuit = createCircuit(options.clock, options.random, options);
    this.#deadlines = createCallDeadlines(options.clock, late);
    this.#plainReads = createDeadlines(options.clock, (read, timeoutMs) => read.end(late(timeoutMs)));
    this.#report = createProblemReporter(options.onError, options.clock);
    this.#means = { circuit: this.#circuit, report: (error) => this.#reportFailure(error) };
  }

  get state(): 'ok' | 'open' {
    return this.#circuit.isOpen ? 'open' : 'ok';
  }

  get(key: string, bound: SharedBound): Promise<SharedValue | undefined> {
    return this.#read(() => this.#store.get(key, bound), bound, undefined);
  }

  /** @param bound without a signal */
  read(key: string, bound: SharedBound, told: SharedAnswer): void {
    const store = this.#store;
    if (store.read === undefined || bound.signal !== undefined) {
      this.get(key, bound).then(
        (found) => told.succeeded(found),
        (error: unknown) => told.failed(error),
      );
      return;
    }
    if (!this.#circuit.admits()) {
      void Promise.resolve(undefined).then((none) => told.succeeded(none));
      return;
    }
    const read = new PlainRead(this.#means, this.#plainReads, told);
    read.deadline = this.#plainReads.start(read, bound.timeoutMs);
    try {
      store.read(key, bound, read);
    } catch (error) {
      void Promise.reject(error as Error).catch((thrown: unknown) => read.failed(thrown));
    }
  }

  getMany(keys: readonly string[], bound: SharedBound): Promise<(SharedValue | undefined)[]> {
    const none = keys.map(() => undefined);
    return this.#read(() => this.#store.getMany(keys, bound), bound, none);
  }

  claim(key: string, bound: ClaimBound): Promise<SharedRead> {
    let isOver = false;
    const ask = async (): Promise<SharedRead> => {
      const read = await this.#store.claim(key, bound);
      // Nobody is there any more to load under it: others must not wait for the end of its lease.
      if (isOver && read.kind === 'claimed') void this.release(key, read.token);
      return read;
    };
    return this.#read(ask, bound, unclaimed).finally(() => {
      isOver = true;
    });
  }

  fill(key: string, token: string, value: SharedFill, bound: SharedBound): Promise<boolean> {
    if (token === '') return Promise.resolve(true);
    return this.#read(() => this.#store.fill(key, token, value, bound), bound, false);
  }

  release(key: string, token: string): Promise<void> {
    if (token === '') return Promise.resolve();
    return new Promise((resolve) => {
      this.#deadlines.bound(
        attempt(() => this.#store.release(key, token)),
        { timeoutMs: RELEASE_MS },
        {
          succeeded: resolve,
          failed: (error) => {
            this.#reportFailure(error);
            resolve();
          },
        },
      );
    });
  }

  isTagFresh(value: Pick<SharedValue, 'tags' | 'tagEpoch' | 'tagSequence'>, bound: SharedBound): Promise<boolean> {
    return this.#read(() => this.#store.isTagFresh(value, bound), bound, false);
  }

  fence(keys: readonly string[], bound: FenceBound): Promise<void> {
    return this.#write('fence', () => this.#store.fence(keys, bound), bound);
  }

  drop(keys: readonly string[], bound: SharedBound): Promise<void> {
    return this.#write('drop', () => this.#store.drop(keys, bound), bound);
  }

  heard(keys: readonly string[]): void {
    this.#store.heard?.(keys);
  }

  close(): Promise<void> {
    return this.#store.close();
  }

  #read<T>(call: () => Promise<T>, bound: SharedBound, otherwise: T): Promise<T> {
    if (!this.#circuit.admits()) {
      return bound.signal?.aborted === true ? Promise.reject(bound.signal.reason as Error) : Promise.resolve(otherwise);
    }
    return new Promise((resolve, reject) => {
      const { signal } = bound;
      this.#deadlines.bound(attempt(call), bound, new ReadOutcome(this.#means, signal, otherwise, resolve, reject));
    });
  }

  #write(name: string, call: () => Promise<void>, bound: SharedBound): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#deadlines.bound(attempt(call), bound, {
        succeeded: () => {
          this.#circuit.succeeded();
          resolve();
        },
        failed: (cause) => {
          if (bound.signal?.aborted === true) {
            reject(bound.signal.reason as Error);
            return;
          }
          this.#circuit.failed();
          reject(unavailable(`the shared tier did not confirm a ${name}`, cause));
        },
      });
    });
  }

  #reportFailure(error: unknown): void {
    this.#report('ERR_CACHE_SHARED_UNAVAILABLE', () => unavailable('the shared tier does not answer', error));
  }
}

interface ReadMeans {
  readonly circuit: Circuit;
  readonly report: (error: unknown) => void;
}

/** How a read ends: a class, for every read makes one. */
class ReadOutcome<T> implements CallOutcome<T> {
  readonly #means: ReadMeans;
  readonly #signal: AbortSignal | undefined;
  readonly #otherwise: T;
  readonly #resolve: (value: T) => void;
  readonly #reject: (error: Error) => void;

  constructor(
    means: ReadMeans,
    signal: AbortSignal | undefined,
    otherwise: T,
    resolve: (value: T) => void,
    reject: (error: Error) => void,
  ) {
    this.#means = means;
    this.#signal = signal;
    this.#otherwise = otherwise;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  succeeded(value: T): void {
    this.#means.circuit.succeeded();
    this.#resolve(value);
  }

  failed(error: unknown): void {
    if (this.#signal?.aborted === true) {
      this.#reject(this.#signal.reason as Error);
      return;
    }
    this.#means.circuit.failed();
    this.#means.report(error);
    this.#resolve(this.#otherwise);
  }
}

/** A read that is told of, within its time. */
class PlainRead implements SharedAnswer {
  deadline!: Deadline<PlainRead>;
  readonly #means: ReadMeans;
  readonly #deadlines: Deadlines<PlainRead>;
  readonly #told: SharedAnswer;

  constructor(means: ReadMeans, deadlines: Deadlines<PlainRead>, told: SharedAnswer) {
    this.#means = means;
    this.#deadlines = deadlines;
    this.#told = told;
  }

  succeeded(value: SharedValue | undefined): void {
    if (!this.#deadlines.end(this.deadline)) return;
    this.#means.circuit.succeeded();
    this.#told.succeeded(value);
  }

  failed(error: unknown): void {
    if (this.#deadlines.end(this.deadline)) this.end(error);
  }

  /** A read that fails is a miss. */
  end(error: unknown): void {
    this.#means.circuit.failed();
    this.#means.report(error);
    this.#told.succeeded(undefined);
  }
}

/** A call that throws is one that rejects. */
function attempt<T>(call: () => Promise<T>): Promise<T> {
  try {
    return call();
  } catch (error) {
    return Promise.reject(error);
  }
}

function late(timeoutMs: number): CacheError {
  return new CacheError('ERR_CACHE_SHARED_UNAVAILABLE', `the shared tier did not answer within ${timeoutMs} ms`);
}

function unavailable(message: string, cause: unknown): CacheError {
  return new CacheError('ERR_CACHE_SHARED_UNAVAILABLE', `${message}: ${describeError(cause)}`, { cause });
}
