import type { Key } from '@lockstep/memcache';

import type { MemcacheProxyError } from '../memcache-proxy-error.ts';
import { keyBytes } from './key-bytes.ts';
import type { KeyedTurns } from './keyed-turns.ts';
import { withMoreFailures } from './pool-failure.ts';
import { bytesOf, type PoolWrite, reachOf } from './pool-write.ts';
import { remove, removeEverywhere } from './pool-writes.ts';
import type { Route } from './route.ts';
import type { Spooler } from './spooler.ts';
import { turnOf } from './turn-of.ts';
import type { WriteRoom } from './write-room.ts';

/** What refused deletes need of the write path. */
export interface RefusedDeletesOptions {
  readonly turns: KeyedTurns;
  readonly spooler: Spooler;
  /** For the keys whose deletes wait for their turn once more. */
  readonly room: WriteRoom;
  /** True when a hook has to hear of every delete. */
  readonly isHeard: boolean;
  /** Carries a write out whose turn has come, and ends it. */
  readonly carryOut: <T>(turn: string, route: Route, key: Key, write: PoolWrite<T>) => Promise<T>;
  /** Ends a write that is not carried out. */
  readonly ended: (route: Route) => void;
}

/** A delete that waits for its turn once more, already spooled. */
interface FollowUp {
  readonly route: Route;
  readonly key: Key;
  readonly write: Pick<PoolWrite<unknown>, 'everywhere' | 'forget'>;
  /** Has values that are stored after it get proofs against its entries. */
  readonly note: () => void;
}

/**
 * Keeps deletes that did not get the turn of their key. The spool has each at once, so that a crash does not lose it;
 * but its replay may go before writes that are still ahead, and these must neither outlive the delete nor be told to
 * the hook after it. So each also waits for its turn, however long that takes, and is carried out as if it came then.
 */
export class RefusedDeletes {
  readonly #options: RefusedDeletesOptions;
  /** For each key with one in line the next one: a key never has more of them in line, however many are refused. */
  readonly #next = new Map<string, FollowUp | undefined>();

  constructor(options: RefusedDeletesOptions) {
    this.#options = options;
  }

  /**
   * Resolves with the early answer when the spool has the delete and nobody has to hear of it before the client. The
   * write has begun; it ends here.
   *
   * @throws the error when the client must not count on it; what the spool failed with is added.
   */
  async keep<T>(route: Route, given: Key, write: PoolWrite<T>, error: MemcacheProxyError): Promise<T> {
    const { spooler, isHeard } = this.#options;
    // The caller's key may be part of a buffer that he goes on using.
    const key = typeof given === 'string' ? given : Buffer.from(given);
    const names = route.pools.map(({ name }) => name);
    const { note, failure } = await spooler.addAhead(route, names, keyBytes(key), reachOf(write.everywhere));
    // In line before the client hears of it, so that what he writes then comes after it.
    const isInLine = this.#follow({ route, key, write, note });
    if (failure !== undefined) {
      const spool: PromiseRejectedResult = { status: 'rejected', reason: failure.cause };
      throw withMoreFailures(error, { status: 'fulfilled', value: undefined }, spool);
    }
    if (write.early === undefined || !isInLine || (isHeard && route.writes !== 'async')) throw error;
    return write.early.answer;
  }

  /** False when too many keys have one already: then there is nothing but the entry in the spool. */
  #follow(followUp: FollowUp): boolean {
    const { room, ended } = this.#options;
    const { route, key, write } = followUp;
    const turn = turnOf(key);
    const waiting = this.#next.get(turn);
    if (waiting !== undefined) {
      // The newest does for those before it, but for one that goes to more nodes.
      const isWider = waiting.write.everywhere === true && write.everywhere !== true;
      this.#next.set(turn, isWider ? { ...waiting, note: followUp.note } : followUp);
      ended(isWider ? route : waiting.route);
      return true;
    }
    if (this.#next.has(turn)) {
      this.#next.set(turn, followUp);
      return true;
    }
    if (!room.take(bytesOf(key, {}))) {
      ended(route);
      return false;
    }
    void this.#waitFor(turn, followUp);
    return true;
  }

  /** Never rejects. */
  async #waitFor(turn: string, { route, key, write, note }: FollowUp): Promise<void> {
    const { turns, room, carryOut } = this.#options;
    this.#next.set(turn, undefined);
    await turns.enterAtLast(turn);
    note();
    const next = this.#next.get(turn);
    this.#next.delete(turn);
    // Writes may have come between the two: what was refused after them is carried out after them.
    if (next === undefined) room.give(bytesOf(key, {}));
    else void this.#waitFor(turn, next);
    // What it fails with is counted and published; there is nobody left to tell.
    const isEverywhere = write.everywhere === true;
    const done: Promise<unknown> = isEverywhere
      ? carryOut(turn, route, key, removeEverywhere(key, {}))
      : carryOut(turn, route, key, toDelete(key, write));
    await done.catch(() => {});
  }
}

/** A mark as stale, or what has conditions, is a delete like any other here, as it is in the spool. */
function toDelete(key: Key, { forget }: FollowUp['write']): PoolWrite<boolean> {
  const write = remove(key);
  return forget === undefined ? write : { ...write, send: (pool) => forget(pool).then(() => true) };
}
