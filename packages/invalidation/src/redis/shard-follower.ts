import { createBackoff, type Timer, withDeadline } from '@lockstep/core';

import { decodeBody, type EntryBody } from '../entry-body.ts';
import type { FollowerTally } from '../follower-tally.ts';
import { type Moment, momentOf } from '../horizon.ts';
import { InvalidationError } from '../invalidation-error.ts';
import type { ResetReason } from '../invalidation-log.ts';
import type { LagWatch } from '../lag-watch.ts';
import type { Passage } from '../passage.ts';
import type { ShardPosition } from '../position.ts';
import { judgeAnswer, judgePush } from '../shard-cursor.ts';
import type { BeatLink } from './beat-link.ts';
import { createHeldPushes } from './held-pushes.ts';
import { askLog, type BeatAnswer } from './log-beat.ts';
import type { LogKeyspace } from './log-keyspace.ts';
import { parsePush } from './parse-push.ts';
import { timeoutError, toInvalidationError } from './redis-failure.ts';
import type { CheckedRedisLogOptions } from './redis-log-options.ts';

/** The most entries that one read returns. After one that came too late it is halved. */
const READ_LIMIT = 100;
/** Every so many reads, followers that are silent for an hour are forgotten: that looks at all of them. */
const SWEEP_EVERY = 1024;
/** How often, within the age that entries reach, those that are older are looked for. */
const TRIMS_PER_AGE = 16;

/** What is said once where nobody can tell which process answers. */
const BLIND =
  "the Redis user may not ask INFO: a restart or failover is not noticed, as with onFailover: 'trust'; permit it, or say so";

/** No log has this epoch. */
const NOTHING_PASSED: ShardPosition = { epoch: '0', sequence: 0 };

/** Which shard to follow, and what to do with what it says. */
export interface ShardFollowerOptions {
  readonly log: CheckedRedisLogOptions;
  readonly keyspace: LogKeyspace;
  readonly shard: number;
  readonly from: ShardPosition;
  readonly link: BeatLink;
  readonly heartbeatMs: number;
  readonly followerId: string;
  /** 0 for none. */
  readonly leaseMs: number;
  /** Holds back what is noted about it. */
  readonly passage: Passage | undefined;
  readonly tally: FollowerTally;
  readonly lag: LagWatch;
  readonly closing: AbortSignal;
  readonly onEntry: (at: ShardPosition, body: EntryBody) => void;
  readonly onReset: (reason: ResetReason) => void;
  readonly onHorizon: (moment: Moment) => void;
  /** The log was read; `hadNews` when that brought entries. */
  readonly onRead: (hadNews: boolean) => void;
  /** A read failed, and is tried again. */
  readonly onError: (error: Error) => void;
}

/** Follows one shard until `closing`. */
export interface ShardFollower {
  readonly cursor: ShardPosition;
  /** Takes what was pushed. */
  push(message: string): void;
  /** Asks the log now; resolves when it has then heard everything that the log had taken. Rejects when the read fails. */
  beat(): Promise<void>;
  /** What the log should note about this follower now; undefined before it has noted anything. */
  row(): string | undefined;
}

interface Asker {
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/** A follower that starts with its first `beat()`. */
export function createShardFollower(options: ShardFollowerOptions): ShardFollower {
  const { log, keyspace, shard, from, link, heartbeatMs, followerId, leaseMs, passage, tally, lag, closing } = options;
  const { clock, timeoutMs } = log;
  const retries = createBackoff({ minMs: Math.min(50, heartbeatMs), maxMs: heartbeatMs, random: log.random });
  const held = createHeldPushes();
  let cursor = from;
  /** Changes with the epoch: an answer to what was asked before says nothing any more. */
  let generation = 0;
  let serverMs: number | undefined;
  let limit = READ_LIMIT;
  let reads = 0;
  let trimAt = -Infinity;
  let isReading = false;
  /** Whether what was pushed meanwhile still does not fit. */
  let hasGap = false;
  let hasWarned = shard > 0;
  let askers: Asker[] = [];
  let timer: Timer | undefined;

  function moveTo(next: ShardPosition): void {
    if (next.epoch !== cursor.epoch) generation++;
    cursor = next;
    lag.heard(next);
  }

  function forgetAt(next: ShardPosition, reason: ResetReason): void {
    moveTo(next);
    options.onReset(reason);
  }

  function apply(at: ShardPosition, text: string): void {
    let body: EntryBody;
    try {
      body = decodeBody(text);
    } catch (error) {
      // Nobody knows what it invalidates.
      options.onError(toInvalidationError(error, 'an entry of the invalidation log cannot be read'));
      forgetAt(at, 'lost');
      return;
    }
    if (body.isClear) forgetAt(at, 'cleared');
    else moveTo(at);
    options.onEntry(at, body);
  }

  /** Applies a push; false when something before it is missing. */
  function take(at: ShardPosition, text: string): boolean {
    // A clear says nothing else about keys, so that this is how it begins.
    const verdict = judgePush(cursor, at, text.startsWith('{"c":1'));
    if (verdict === 'next' || verdict === 'clear') apply(at, text);
    return verdict !== 'gap';
  }

  function accept(answer: BeatAnswer, asked: ShardPosition, ofGeneration: number, sent: Moment): boolean {
    if (closing.aborted) return true;
    if (ofGeneration !== generation) return false;
    lag.seen({ epoch: answer.epoch, sequence: answer.sequence });
    serverMs = answer.serverMs;
    if (answer.isBlind && !hasWarned) {
      hasWarned = true;
      options.onError(new InvalidationError('ERR_INVALIDATION_UNAVAILABLE', BLIND));
    }
    const advance = judgeAnswer(cursor, asked, answer);
    options.onRead(advance.entries.length > 0);
    if (advance.reset !== undefined) {
      forgetAt(advance.cursor, advance.reset);
    } else {
      // A cursor without an epoch takes that of the log; the entries then move it on one by one.
      const { epoch, sequence: last } = advance.cursor;
      moveTo({ epoch, sequence: advance.entries.length > 0 ? Math.max(0, cursor.sequence) : last });
      for (const { sequence, body } of advance.entries) {
        if (closing.aborted) return true;
        tally.replayed();
        apply({ epoch: answer.epoch, sequence }, body);
      }
    }
    if (!advance.isAtEnd) return false;
    options.onHorizon(sent);
    hasGap = !held.drain(take);
    return true;
  }

  /** What to note instead of the cursor. */
  function heldBack(): ShardPosition | undefined {
    if (passage === undefined || cursor.epoch === '') return undefined;
    const sequence = passage.sequence(shard, cursor.epoch, cursor.sequence);
    return sequence === undefined ? NOTHING_PASSED : { epoch: cursor.epoch, sequence };
  }

  /** Asks once. An answer that comes too late for the deadline is still good. */
  async function ask(): Promise<boolean> {
    const sent = momentOf(clock);
    const [asked, ofGeneration] = [cursor, generation];
    const isSweep = reads++ % SWEEP_EVERY === 0;
    const isTrim = sent.monotonic >= trimAt;
    if (isTrim) trimAt = sent.monotonic + log.maxAgeMs / TRIMS_PER_AGE;
    const request = { cursor, limit, followerId, leaseMs, passed: heldBack(), isSweep, isTrim };
    const { client } = link;
    const accepted = askLog(client, log, keyspace, shard, request).then((answer) =>
      accept(answer, asked, ofGeneration, sent),
    );
    const onTimeout = (): Error => timeoutError(timeoutMs, link.lastError);
    try {
      const isAtEnd = await withDeadline(accepted, { ms: timeoutMs, signal: closing, clock, onTimeout });
      link.succeeded(client);
      limit = Math.min(READ_LIMIT, limit * 2);
      return isAtEnd;
    } catch (cause) {
      if (closing.aborted) throw closing.reason;
      link.failed(client);
      limit = Math.max(1, Math.floor(limit / 2));
      throw toInvalidationError(cause, 'the invalidation log could not be read');
    }
  }

  async function read(served: readonly Asker[]): Promise<void> {
    const startedAt = clock.monotonic();
    let pauseMs: number;
    try {
      hasGap = false;
      while (!(await ask()));
      retries.reset();
      pauseMs = Math.max(1, startedAt + heartbeatMs - clock.monotonic());
      for (const { resolve } of served) resolve();
    } catch (error) {
      pauseMs = retries.next();
      if (!closing.aborted) tally.readFailed();
      if (!closing.aborted) options.onError(error as Error);
      for (const { reject } of served) reject(error as Error);
    }
    isReading = false;
    if (closing.aborted) giveUp();
    else if (askers.length > 0 || hasGap) start();
    else timer = clock.setTimer(start, pauseMs);
  }

  function start(): void {
    timer?.cancel();
    timer = undefined;
    isReading = true;
    const served = askers;
    askers = [];
    void read(served);
  }

  function giveUp(): void {
    timer?.cancel();
    for (const { reject } of askers.splice(0)) reject(closing.reason as Error);
  }
  closing.addEventListener('abort', giveUp, { once: true });

  return {
    get cursor() {
      return cursor;
    },
    push(message) {
      if (closing.aborted) return;
      const entry = parsePush(message);
      if (entry === undefined || take(entry.at, entry.body)) return;
      tally.gap(shard, cursor, entry.at);
      lag.seen(entry.at);
      held.hold(entry);
      if (!isReading) start();
    },
    beat() {
      return new Promise<void>((resolve, reject) => {
        if (closing.aborted) {
          reject(closing.reason as Error);
          return;
        }
        askers.push({ resolve, reject });
        if (!isReading) start();
      });
    },
    row() {
      if (serverMs === undefined) return undefined;
      const { epoch, sequence } = heldBack() ?? cursor;
      return `${epoch}:${sequence}:${leaseMs}:${serverMs}`;
    },
  };
}
