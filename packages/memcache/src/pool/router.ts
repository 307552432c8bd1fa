import { type Clock, systemClock } from '@lockstep/core';

import type { CallOptions, Item, Key } from '../driver/driver.ts';
import type { KeyEncoder } from '../driver/key.ts';
import { timeLeft, type TimeLeft } from '../driver/time-left.ts';
import type { Fleet } from './fleet.ts';
import type { Member } from './member.ts';
import { isNodeError } from './node-error.ts';
import type { Shadow, ShadowTarget } from './shadow.ts';
import type { StandInTarget } from './stand-in.ts';

/** A call on one key, on whichever node. */
export type KeyCall<T> = (target: ShadowTarget) => Promise<T>;

/** As `KeyCall`, with the options of the call, or with these and what is left of their time. */
export type KeyWrite<T, O> = (target: ShadowTarget, options: O | undefined) => Promise<T>;

/** The same call on a node that stands in for another; `since`: from when on what it holds may be trusted. */
export type AwayCall<T> = (target: StandInTarget, since: number) => Promise<T>;

/** As `AwayCall`, with the options as for `KeyWrite`. */
export type AwayWrite<T, O> = (target: StandInTarget, since: number, options: O | undefined) => Promise<T>;

/** What a router is given. */
export interface RouterOptions {
  readonly fleet: Fleet;
  readonly encode: KeyEncoder;
  readonly shadow: Shadow | undefined;
  readonly gutter: StandInTarget | undefined;
  /** True when a read that a node's fault fails is a miss. */
  readonly missOnFault: boolean;
  readonly timeoutMs: number;
  readonly clock: Clock | undefined;
}

/** Brings calls on keys to the node that serves them now. */
export class Router {
  readonly #options: RouterOptions;
  readonly #fleet: Fleet;
  readonly #shadow: Shadow | undefined;
  readonly #clock: Clock;

  constructor(options: RouterOptions) {
    this.#options = options;
    this.#fleet = options.fleet;
    this.#shadow = options.shadow;
    this.#clock = options.clock ?? systemClock;
  }

  /** A read, which has a value for "not there". What is wrong with the call rejects it, here and below. */
  read<T>(key: Key, call: KeyCall<T>, away: AwayCall<T>, miss: () => T): Promise<T> {
    try {
      this.#shadow?.copy(key, call);
      const home = this.whole(key);
      if (home !== undefined) return this.orMiss(home.track(call(home.driver)), miss);
      return this.#readAway(key, call, away, miss);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** A write. Without `away` it is never carried out on another node. `removes`: what fails is made up for later. */
  write<T, O extends CallOptions>(
    key: Key,
    options: O | undefined,
    call: KeyWrite<T, O>,
    away?: AwayWrite<T, O>,
    removes = false,
  ): Promise<T> {
    this.#shadow?.copy(key, (target) => call(target, options));
    return this.unshadowed(key, options, call, away, removes);
  }

  /** As `write`, of a value: the copy for the shadow has its own bytes, as the caller may reuse his. */
  store<T, O extends CallOptions>(
    key: Key,
    value: Buffer | string,
    options: O | undefined,
    call: (target: ShadowTarget, value: Buffer | string, options: O | undefined) => Promise<T>,
    away?: AwayWrite<T, O>,
  ): Promise<T> {
    try {
      if (this.#shadow?.covers(key) === true) {
        const copy = typeof value === 'string' ? value : Buffer.from(value);
        this.#shadow.copy(key, (target) => call(target, copy, options));
      }
      return this.unshadowed(key, options, (target, own) => call(target, value, own), away);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** As `write`, without a copy for the shadow. */
  unshadowed<T, O extends CallOptions>(
    key: Key,
    options: O | undefined,
    call: KeyWrite<T, O>,
    away?: AwayWrite<T, O>,
    removes = false,
  ): Promise<T> {
    try {
      if (this.#fleet.warmUp !== undefined) return this.#writeWarm(key, options, call, away, removes);
      return this.#write(key, options, call, away, removes);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** A call that changes nothing, and that no node but the home may answer. */
  atHome<T>(key: Key, options: CallOptions | undefined, call: KeyWrite<T, CallOptions>): Promise<T> {
    try {
      return this.#write(key, options, call, undefined, false);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** The home of the key, when all is as it should be. */
  whole(key: Key): Member | undefined {
    const { topology } = this.#fleet;
    if (!topology.isWhole) return undefined;
    const home = topology.home(key);
    return home.serves() ? home : undefined;
  }

  /** Turns the faults of nodes into misses, where the pool is told to. */
  orMiss<T>(answer: Promise<T>, miss: () => T): Promise<T> {
    if (!this.#options.missOnFault) return answer;
    return answer.catch((error: unknown) => {
      if (isNodeError(error)) return miss();
      throw error;
    });
  }

  /** What a former owner has for a miss, while that is looked for. */
  async warm(key: Key, item: Item | undefined, left: () => CallOptions): Promise<Item | undefined> {
    const { warmUp } = this.#fleet;
    const home = item === undefined && warmUp !== undefined ? this.whole(key) : undefined;
    return home === undefined ? item : warmUp!.fetch(key, home, left);
  }

  /** The options of a call with the time that is left of it, for its next request. */
  remaining(options: CallOptions | undefined): () => TimeLeft {
    return timeLeft(options, this.#options.timeoutMs, this.#clock);
  }

  async #readAway<T>(key: Key, call: KeyCall<T>, away: AwayCall<T>, miss: () => T): Promise<T> {
    this.#options.encode(key);
    const home = this.#fleet.topology.home(key);
    const member = this.#fleet.topology.current(key);
    if (member === home) return this.orMiss(home.track(call(home.driver)), miss);
    const target = member?.driver ?? this.#options.gutter;
    if (target === undefined) {
      if (this.#options.missOnFault) return miss();
      throw home.refusal();
    }
    const answer = away(target, this.#fleet.changedAt);
    return this.orMiss(member === undefined ? answer : member.track(answer), miss);
  }

  async #writeWarm<T, O extends CallOptions>(
    key: Key,
    options: O | undefined,
    call: KeyWrite<T, O>,
    away: AwayWrite<T, O> | undefined,
    removes: boolean,
  ): Promise<T> {
    this.#options.encode(key);
    const left = this.remaining(options);
    await this.#fleet.warmUp?.forget(key, this.#fleet.topology.home(key), left);
    return this.#write(key, { ...(options as O), ...left() }, call, away, removes);
  }

  #write<T, O extends CallOptions>(
    key: Key,
    options: O | undefined,
    call: KeyWrite<T, O>,
    away: AwayWrite<T, O> | undefined,
    removes: boolean,
  ): Promise<T> {
    const home = this.whole(key);
    if (home === undefined) return this.#writeAway(key, options, call, away, removes);
    return this.#writeHome(home, key, call(home.driver, options), removes);
  }

  #writeHome<T>(home: Member, key: Key, call: Promise<T>, removes: boolean): Promise<T> {
    const answer = home.track(call);
    if (removes) answer.catch((error: unknown) => home.rememberFailure(key, error));
    return answer;
  }

  async #writeAway<T, O extends CallOptions>(
    key: Key,
    options: O | undefined,
    call: KeyWrite<T, O>,
    away: AwayWrite<T, O> | undefined,
    removes: boolean,
  ): Promise<T> {
    this.#options.encode(key);
    const home = this.#fleet.topology.home(key);
    const member = this.#fleet.topology.current(key);
    if (member === home) return this.#writeHome(home, key, call(home.driver, options), removes);
    const target = away === undefined ? undefined : (member?.driver ?? this.#options.gutter);
    // Before it is sent: whatever becomes of it, the home's value is in doubt from now on.
    if (removes || target !== undefined) home.dirty.add(key);
    if (target === undefined || away === undefined) throw home.refusal();
    const answer = away(target, this.#fleet.changedAt, options);
    return member === undefined ? answer : member.track(answer);
  }
}
