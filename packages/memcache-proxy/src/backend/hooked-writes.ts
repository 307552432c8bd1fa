import type { Clock } from '@lockstep/core';
import type { Key, NodeOutcome } from '@lockstep/memcache';

import { publishFailure } from '../failure-channel.ts';
import { awayFrom } from './away-from.ts';
import type { DeleteReach } from './delete-spool.ts';
import { DirectStores } from './direct-stores.ts';
import { type Sent, sendToPools } from './fan-out.ts';
import { HookTeller } from './hook-teller.ts';
import { keyBytes } from './key-bytes.ts';
import { KeyedTurns } from './keyed-turns.ts';
import { MemcacheProxyError } from '../memcache-proxy-error.ts';
import { type PoolFailure, PoolsFailedError, toWriteFailure, withMoreFailures } from './pool-failure.ts';
import { bytesOf, type PoolWrite, reachOf } from './pool-write.ts';
import { RefusedDeletes } from './refused-deletes.ts';
import type { Route } from './route.ts';
import type { Spooler } from './spooler.ts';
import { turnOf } from './turn-of.ts';
import { UnderWay } from './under-way.ts';
import { notSpooled, ownerKeeps } from './unspooled.ts';
import { untilAborted } from './until-aborted.ts';
import type { WriteHook } from './write-hook.ts';
import { readOnly, writeBusy } from './write-refusals.ts';
import { WriteRoom } from './write-room.ts';

/** What the write path needs. */
export interface HookedWritesOptions {
  readonly onWrite: WriteHook | undefined;
  readonly hookTimeoutMs: number;
  readonly queueTimeoutMs: number;
  readonly maxPendingWrites: number;
  readonly maxPendingBytes: number;
  readonly spooler: Spooler | undefined;
  readonly clock: Clock;
}

/**
 * Carries out writes one at a time per key and tells the hook of each before the next one of that
 * key starts, so that the hook hears of them in memcached's order. The turns are the same for all
 * routes, so that this holds across a change of them.
 */
export class HookedWrites {
  /** Stores without promises, for as long as nobody but one pool takes part in them. */
  readonly direct: DirectStores;
  readonly #options: HookedWritesOptions;
  readonly #turns: KeyedTurns;
  readonly #underWay = new UnderWay();
  readonly #teller: HookTeller;
  /** Of writes that wait for their turn, and of those whose client has been answered: their values are kept meanwhile. */
  readonly #waiting: WriteRoom;
  readonly #inBackground: WriteRoom;
  readonly #refused: RefusedDeletes | undefined;

  constructor(options: HookedWritesOptions) {
    this.#options = options;
    this.#turns = new KeyedTurns(options.clock);
    this.#teller = new HookTeller({ ...options, underWay: this.#underWay });
    const { onWrite, spooler } = options;
    this.direct = new DirectStores({
      turns: this.#turns,
      underWay: this.#underWay,
      isAlone: () => onWrite === undefined && spooler?.owesNothing !== false,
      makeUp: (route, key, cause, endTurn) => this.#makeUp(route, key, {}, cause, endTurn),
    });
    this.#waiting = new WriteRoom(options.maxPendingWrites, options.maxPendingBytes);
    this.#inBackground = new WriteRoom(options.maxPendingWrites, options.maxPendingBytes);
    if (spooler === undefined) return;
    this.#refused = new RefusedDeletes({
      spooler,
      turns: this.#turns,
      room: new WriteRoom(options.maxPendingWrites, options.maxPendingBytes),
      isHeard: onWrite !== undefined,
      carryOut: (turn, route, key, write) => this.#carryOut(turn, route, key, write),
      ended: (route) => this.#ended(route),
    });
  }

  /**
   * Resolves with what `write` is answered with, after the hook took what became of it. A write whose turn
   * has come is carried out and told to the hook whatever becomes of `signal`, so that its outcome is known.
   */
  run<T>(route: Route, key: Key, write: PoolWrite<T>, signal?: AbortSignal): Promise<T> {
    if (signal?.aborted === true) return Promise.reject(signal.reason as Error);
    route.writeBegan();
    this.#underWay.began();
    if (route.isReadOnly) return this.#refuse(route, readOnly());
    const { early } = write;
    if (route.writes === 'async' && early !== undefined) return this.#runInBackground(route, key, write, early.answer);
    const done = this.#run(route, key, write, signal);
    return signal === undefined ? done : untilAborted(done, signal);
  }

  /** Resolves when no write is under way any more, nor what its hook and its spool still do. */
  idle(): Promise<void> {
    return this.#underWay.idle();
  }

  #ended(route: Route): void {
    route.ended();
    this.#underWay.ended();
  }

  #run<T>(route: Route, key: Key, write: PoolWrite<T>, signal?: AbortSignal): Promise<T> {
    const name = turnOf(key);
    if (this.#turns.tryEnter(name)) return this.#carryOut(name, route, key, write);
    const bytes = bytesOf(key, write);
    if (!this.#waiting.take(bytes)) return this.#turnAway(route, key, write);
    const { queueTimeoutMs: timeoutMs } = this.#options;
    return this.#turns.enter(name, { timeoutMs, signal, onTimeout: () => writeBusy(timeoutMs) }).then(
      () => {
        this.#waiting.give(bytes);
        return this.#carryOut(name, route, key, write);
      },
      (error: unknown) => {
        this.#waiting.give(bytes);
        if (error instanceof MemcacheProxyError) return this.#turnAway(route, key, write);
        this.#ended(route);
        throw error;
      },
    );
  }

  #runInBackground<T>(route: Route, key: Key, write: PoolWrite<T>, answer: T): Promise<T> {
    const bytes = bytesOf(key, write);
    if (!this.#inBackground.take(bytes)) return this.#turnAway(route, key, write);
    const ended = (): void => this.#inBackground.give(bytes);
    // It waits for its turn as long as it takes: the client has been told that it will be carried out.
    const turn = turnOf(key);
    const done = this.#turns.enterAtLast(turn).then(() => this.#carryOut(turn, route, key, write));
    // What it fails with is counted and published; there is nobody left to tell.
    done.then(ended, ended);
    return Promise.resolve(answer);
  }

  #carryOut<T>(turn: string, route: Route, key: Key, write: PoolWrite<T>): Promise<T> {
    const { spooler } = this.#options;
    const sent = sendToPools(route, key, write, spooler?.poolsFor(route, key, turn));
    let away: readonly string[] | undefined;
    const failed = (cause: unknown): Promise<T> =>
      this.#makeUp(route, key, write, cause, () => this.#endTurn(turn, route, key, sent), away);
    try {
      if (spooler !== undefined) away = awayFrom(route, key);
    } catch (cause) {
      // The write has been sent: whatever throws around it, its turn ends, and nobody knows what it did.
      return sent.answer.then(() => failed(cause), failed);
    }
    return sent.answer.then((result) => this.#settle(turn, route, key, write, sent, away, result), failed);
  }

  #settle<T>(
    turn: string,
    route: Route,
    key: Key,
    write: PoolWrite<T>,
    sent: Sent<T>,
    away: readonly string[] | undefined,
    result: T,
  ): T | Promise<T> {
    if (away !== undefined && write.removes === true)
      return this.#removeAway(turn, route, key, write, sent, away, result);
    let told: Promise<void> | undefined;
    try {
      const late = write.late?.(result);
      told = this.#teller.isHeard ? this.#teller.tell(write.toHook(result)) : undefined;
      if (late !== undefined) void this.#watch(route, key, late);
    } catch (cause) {
      return this.#makeUp(route, key, write, cause, () => this.#endTurn(turn, route, key, sent), away);
    }
    // The owner still has what was there before; the stand-in has the write.
    const owed = away === undefined ? undefined : this.#owe(route, away, keyBytes(key));
    // The turn ends before the hook settles: the next write may start, this client still waits.
    this.#endTurn(turn, route, key, sent);
    if (told === undefined && owed === undefined) return result;
    return (owed === undefined ? told! : Promise.all([told, owed])).then(
      () => result,
      (error: unknown) => this.#fail(route, error as MemcacheProxyError),
    );
  }

  /** A stand-in has written the key: what the owner, which is down, has kept from before is removed by the spool. */
  #owe(route: Route, pools: readonly string[], key: Buffer): Promise<void> {
    return this.#spool(route, pools, key, 'owner').catch(async (cause: unknown) => {
      // What is read here next may be older than what other regions have just heard of.
      const [hook] = await Promise.allSettled([this.#teller.tell({ kind: 'delete', key })]);
      throw ownerKeeps(cause, hook);
    });
  }

  /** Nodes may fail after the client was answered. Never rejects. */
  async #watch(route: Route, key: Key, late: Promise<readonly NodeOutcome[]>): Promise<void> {
    this.#underWay.began();
    const failed = (await late).find(({ confirmed }) => !confirmed);
    const pool = route.pools[0]!.name;
    if (failed !== undefined) void this.#makeUpLate(route, key, [{ pool, cause: failed.error }], 'everywhere');
    this.#underWay.ended();
  }

  /** A stand-in has removed the key, and its owner is down: what it holds is removed by the spool. */
  #removeAway<T>(
    turn: string,
    route: Route,
    key: Key,
    write: PoolWrite<T>,
    sent: Sent<T>,
    pools: readonly string[],
    result: T,
  ): Promise<T> {
    const cause = new PoolsFailedError(
      pools.map((pool) => ({ pool, cause: new Error('the node that owns the key is down') })),
      route.pools.length,
    );
    const endTurn = (): void => this.#endTurn(turn, route, key, sent);
    return this.#makeUp(route, key, { ...write, early: { answer: result } }, cause, endTurn);
  }

  /** A write failed: other regions forget the key where it may have changed, and pools that may be wrong do by the spool. */
  async #makeUp<T>(
    route: Route,
    key: Key,
    { removes = false, everywhere, early }: Pick<PoolWrite<T>, 'removes' | 'everywhere' | 'early'>,
    cause: unknown,
    endTurn: () => void,
    away?: readonly string[],
  ): Promise<T> {
    const { error, mayHaveChanged, unconfirmed } = toWriteFailure(cause, route.pools[0]!.name, removes, away);
    const isOwed = this.#options.spooler !== undefined && unconfirmed.length > 0;
    const bytes = keyBytes(key);
    const told = mayHaveChanged || (removes && isOwed) ? this.#teller.tell({ kind: 'delete', key: bytes }) : undefined;
    this.#underWay.began();
    endTurn();
    const spooled = isOwed ? this.#spool(route, unconfirmed, bytes, reachOf(everywhere)) : undefined;
    this.#underWay.ended();
    const [hook, spool] = await Promise.allSettled([told, spooled]);
    if (removes && isOwed && early !== undefined && spool.status === 'fulfilled') {
      if (hook.status === 'rejected') return this.#fail(route, hook.reason as MemcacheProxyError);
      return early.answer;
    }
    return this.#fail(route, withMoreFailures(error, hook, spool));
  }

  async #spool(route: Route, pools: readonly string[], key: Buffer, reach?: DeleteReach): Promise<void> {
    this.#underWay.began();
    try {
      await this.#options.spooler?.add(route, pools, key, reach);
    } finally {
      this.#underWay.ended();
    }
  }

  #endTurn(turn: string, route: Route, key: Key, { settled }: Sent<unknown>): void {
    if (settled !== undefined) {
      void this.#endLater(turn, route, key, settled);
      return;
    }
    this.#turns.leave(turn);
    this.#ended(route);
  }

  async #endLater(turn: string, route: Route, key: Key, settled: Promise<readonly PoolFailure[]>): Promise<void> {
    // Should it reject, nobody knows what any of them has.
    const failures = await settled.catch((cause: unknown) => route.pools.map(({ name: pool }) => ({ pool, cause })));
    this.#turns.leave(turn);
    if (failures.length > 0) void this.#makeUpLate(route, key, failures);
    this.#ended(route);
  }

  /** Pools failed after the client was answered. Never rejects. */
  async #makeUpLate(route: Route, key: Key, failures: readonly PoolFailure[], reach?: DeleteReach): Promise<void> {
    const cause = new PoolsFailedError(failures, route.pools.length);
    const { error, unconfirmed } = toWriteFailure(cause, '', true);
    this.#report(route, error);
    const spooled = this.#spool(route, unconfirmed, keyBytes(key), reach);
    await spooled.catch((reason: unknown) => this.#report(route, notSpooled(reason)));
  }

  /** There is no turn for it. What is to be deleted is not forgotten, where there is a spool. */
  #turnAway<T>(route: Route, key: Key, write: PoolWrite<T>): Promise<T> {
    const error = writeBusy(this.#options.queueTimeoutMs);
    if (this.#refused === undefined || write.removes !== true) return this.#refuse(route, error);
    return this.#refused.keep(route, key, write, error).catch((reason) => this.#fail(route, reason));
  }

  #refuse(route: Route, error: MemcacheProxyError): Promise<never> {
    this.#ended(route);
    this.#report(route, error);
    return Promise.reject(error);
  }

  #fail(route: Route, error: MemcacheProxyError): never {
    this.#report(route, error);
    throw error;
  }

  #report(route: Route, error: MemcacheProxyError): void {
    route.failed();
    publishFailure({ operation: 'write', error });
  }
}
