import { setMaxListeners } from 'node:events';

import { type Clock, withDeadline } from '@lockstep/core';

import type { AdaptiveWindow } from './adaptive-window.ts';
import { encodeBatchBody } from '../transport/batch-body.ts';
import type { ByteRate } from './byte-rate.ts';
import type { LinkMeter } from './link-meter.ts';
import type { PendingBatch, PendingEntries } from './pending-entries.ts';
import { ReplicationError } from '../replication-error.ts';
import { compareStreamIds } from '../operation/stream-id.ts';
import type { LanePosition, Transport } from '../transport/transport.ts';
import { Wake } from './wake.ts';

/** What a sender needs. */
export interface BatchSenderOptions {
  /** The region whose journal is read. */
  readonly source: string;
  /** The region it is shipped to. */
  readonly to: string;
  readonly shard: number;
  readonly transport: Transport;
  readonly pending: PendingEntries;
  readonly meter: LinkMeter;
  readonly window: AdaptiveWindow;
  /** Shared by all shards of a link; absent where there is no cap. */
  readonly rate: ByteRate | undefined;
  /** Whether another shipper sends it. Then this one only asks for the receiver's position now and then. */
  readonly standsBy: () => boolean;
  readonly exchangeTimeoutMs: number;
  readonly clock: Clock;
  /** There is room for more entries, or another place to read them from. */
  readonly onConfirmed: () => void;
}

/** A receiver that is not sent anything is asked for its position this often: it may have forgotten, or be gone. */
const IDLE_CHECK_MS = 5000;
/** A batch that is not full waits this long for more entries while others are on their way. */
const LINGER_MS = 5;

/** Sends the pending entries of one shard to its receiver, as many batches at once as its window lets. */
export class BatchSender {
  readonly #options: BatchSenderOptions;
  readonly #wake = new Wake();
  #inFlight = 0;
  #lastExchange = 0;
  #isCheckDue = false;
  #lastLaunch = 0;
  #failure: unknown;
  /** Bytes on the wire for each byte of a body, as answers told. */
  #ratio = 1;
  /** Whether the receiver was ever heard of. */
  hasCursor = false;

  constructor(options: BatchSenderOptions) {
    this.#options = options;
  }

  /** There are more entries. */
  nudge(): void {
    this.#wake.set();
  }

  /** Asks the receiver where it stands as soon as nothing is on its way. */
  check(): void {
    this.#isCheckDue = true;
    this.#wake.set();
  }

  /** The monotonic moment of the latest answer. */
  get answeredAt(): number {
    return this.#lastExchange;
  }

  /**
   * Asks where the receiver stands, and sends from there until the signal aborts, or another shipper begins or ends to
   * send it: what that one sent meanwhile has to be asked for.
   *
   * @throws the first failure, when nothing is on its way any more. What was under way may still be applied.
   */
  async run(signal: AbortSignal, onProgress: () => void): Promise<void> {
    const session = new AbortController();
    // One for each batch on its way.
    setMaxListeners(0, session.signal);
    const stop = (): void => {
      session.abort(signal.reason);
      this.#wake.set();
    };
    signal.addEventListener('abort', stop, { once: true });
    const sent = new Set<Promise<void>>();
    this.#failure = undefined;
    const standsBy = this.#options.standsBy();
    // What was read ahead would only lie there.
    if (standsBy) this.#options.pending.forget();
    try {
      await this.#sync(session.signal);
      // With something to send, only an accepted batch says that all is well.
      if (this.#isIdle()) onProgress();
      while (!signal.aborted && (this.#inFlight > 0 || this.#options.standsBy() === standsBy)) {
        if (this.#failure !== undefined) throw this.#failure;
        const batch = standsBy || this.#options.standsBy() ? undefined : this.#nextBatch();
        if (batch !== undefined) {
          const exchange = this.#exchangeBatch(batch, session.signal, onProgress).finally(() => sent.delete(exchange));
          sent.add(exchange);
        } else if (this.#isIdle() && (this.#isCheckDue || this.#sinceExchange() >= IDLE_CHECK_MS))
          await this.#sync(session.signal);
        else await this.#sleep();
      }
    } finally {
      signal.removeEventListener('abort', stop);
      session.abort(new Error('the window was given up'));
      await Promise.all(sent);
    }
  }

  #isIdle(): boolean {
    return this.#inFlight === 0 && this.#options.pending.oldest === undefined;
  }

  #sinceExchange(): number {
    return this.#options.clock.monotonic() - this.#lastExchange;
  }

  #nextBatch(): PendingBatch | undefined {
    const { pending, window, rate, clock } = this.#options;
    if (this.#inFlight >= window.size || (rate?.waitMs ?? 0) > 0) return undefined;
    const batch = pending.nextBatch();
    if (batch === undefined || batch.isFull || this.#inFlight === 0) return batch;
    return clock.monotonic() - this.#lastLaunch >= LINGER_MS ? batch : undefined;
  }

  /** Until something happens, or the next thing is due by itself. */
  async #sleep(): Promise<void> {
    const { clock, rate, pending } = this.#options;
    let ms = this.#isIdle() ? IDLE_CHECK_MS - this.#sinceExchange() : Number.POSITIVE_INFINITY;
    const wait = rate?.waitMs ?? 0;
    if (wait > 0) ms = wait;
    else if (this.#inFlight > 0 && pending.nextBatch() !== undefined) ms = LINGER_MS;
    const timer = clock.setTimer(() => this.#wake.set(), Math.max(1, ms));
    await this.#wake.sleep();
    timer.cancel();
  }

  async #sync(signal: AbortSignal): Promise<void> {
    this.#isCheckDue = false;
    const { transport, source, shard, pending, meter } = this.#options;
    const position = await this.#exchange(() => transport.position(source, shard, { signal }), signal);
    pending.rewind();
    this.#confirm(position);
    meter.sending(undefined);
  }

  /** Never rejects: a failure ends the session. */
  async #exchangeBatch(pendingBatch: PendingBatch, signal: AbortSignal, onProgress: () => void): Promise<void> {
    const { transport, source, shard, pending, meter, window, rate, clock } = this.#options;
    const { prev, entries } = pendingBatch;
    const [oldest, newest] = [entries[0], entries.at(-1)];
    if (oldest === undefined || newest === undefined) return;
    const body = encodeBatchBody(entries.map((entry) => entry.block));
    const batch = { source, shard, prev, first: oldest.id, last: newest.id, body };
    pending.markSent(pendingBatch);
    rate?.spend(body.length * this.#ratio);
    const isFull = (this.#inFlight += 1) >= window.size;
    this.#lastLaunch = clock.monotonic();
    const began = this.#lastLaunch;
    try {
      const answer = await this.#exchange(() => transport.send(batch, { signal }), signal);
      if (answer.kind === 'gap') {
        this.#confirm(answer);
        meter.gaps += 1;
        throw gap(prev, answer.cursor);
      }
      if (compareStreamIds(answer.cursor, newest.id) < 0) throw shortAnswer(newest.id, answer.cursor);
      if (answer.sentBytes !== undefined) this.#ratio = 0.8 * this.#ratio + (0.2 * answer.sentBytes) / body.length;
      window.answered(clock.monotonic() - began, isFull);
      this.#confirm(answer);
      meter.sending(undefined);
      onProgress();
    } catch (error) {
      this.#failure ??= error;
    } finally {
      this.#inFlight -= 1;
      this.#wake.set();
    }
  }

  async #exchange<T>(request: () => Promise<T>, signal: AbortSignal): Promise<T> {
    const { exchangeTimeoutMs: ms, clock, to, meter } = this.#options;
    const onTimeout = (): Error =>
      new ReplicationError('ERR_REPLICATION_TRANSPORT', `the transport to ${to} gave no answer within ${ms} ms`);
    try {
      const answer = await withDeadline(request(), { ms, signal, clock, onTimeout });
      meter.connected = true;
      this.#lastExchange = clock.monotonic();
      return answer;
    } catch (error) {
      // What this side gave up says nothing about the receiver.
      if (!signal.aborted) meter.connected = false;
      throw error;
    }
  }

  #confirm({ cursor, through }: LanePosition): void {
    const { pending, meter, onConfirmed } = this.#options;
    // Answers of a window may overtake one another; only a question to the receiver can move the cursor back.
    if (this.#inFlight > 0 && compareStreamIds(cursor, pending.cursor) < 0) return;
    meter.confirmed(pending.moveTo(cursor));
    meter.reached(cursor);
    if (through !== undefined) pending.reach(cursor, through);
    this.hasCursor = true;
    onConfirmed();
  }
}

function gap(prev: string, cursor: string): ReplicationError {
  const message = `the batch after ${prev} does not follow the receiver's cursor ${cursor}`;
  return new ReplicationError('ERR_REPLICATION_GAP', message);
}

function shortAnswer(last: string, cursor: string): ReplicationError {
  const message = `the receiver accepted ${last} and stands at ${cursor}`;
  return new ReplicationError('ERR_REPLICATION_TRANSPORT', message);
}
