import { type Backoff, type Clock, createBackoff, describeError, sleep, withDeadline } from '@lockstep/core';

import { encodeBatchBody } from './batch-body.ts';
import { readJournal } from './journal-reader.ts';
import type { JournalProbe } from './journal-probe.ts';
import { LinkMeter, type LinkStatus } from './link-meter.ts';
import type { OwnedConnection } from './owned-connection.ts';
import { type BatchLimits, PendingEntries } from './pending-entries.ts';
import { ReplicationError } from './replication-error.ts';
import { compareStreamIds, type StreamId } from './stream-id.ts';
import type { Transport } from './transport.ts';

/** What one link needs. */
export interface LinkOptions extends BatchLimits {
  /** The region whose journal is read. */
  readonly source: string;
  /** The region it is shipped to. */
  readonly to: string;
  readonly shard: number;
  readonly stream: string;
  readonly transport: Transport;
  /** The link's own: reads block on it. */
  readonly connection: OwnedConnection;
  readonly blockMs: number;
  readonly timeoutMs: number;
  readonly exchangeTimeoutMs: number;
  readonly retry: { readonly minMs: number; readonly maxMs: number };
  readonly clock: Clock;
}

/** Most entries read at once; a batch of small blocks takes several reads. */
const READ_ENTRIES = 100;
/** A receiver that is not sent anything is asked for its cursor this often: it may have forgotten, or be gone. */
const IDLE_CHECK_MS = 5000;

/** One direction between two regions, for one shard: reads the journal and hands it to the receiver, a batch at a time. */
export class Link {
  readonly #options: LinkOptions;
  readonly #pending: PendingEntries;
  readonly #backoff: Backoff;
  readonly #meter: LinkMeter;
  /** Whether the cursor of `pending` is what the receiver last said, with no failure since. */
  #isSynced = false;
  #lastExchange = 0;
  #hasCursor = false;

  constructor(options: LinkOptions) {
    this.#options = options;
    this.#pending = new PendingEntries(options);
    this.#backoff = createBackoff(options.retry);
    this.#meter = new LinkMeter({ to: options.to, shard: options.shard, clock: options.clock });
  }

  /** The newest cursor that the receiver confirmed, undefined before it has been heard of. */
  get cursor(): StreamId | undefined {
    return this.#hasCursor ? this.#pending.cursor : undefined;
  }

  status(): LinkStatus {
    return this.#meter.status(this.cursor, this.#pending.oldest?.id);
  }

  /** Takes in what a look at the journal found for `cursor`. */
  observe(cursor: StreamId | undefined, probe: JournalProbe): void {
    if (cursor === this.cursor) this.#meter.observe(cursor, probe);
  }

  /** Ships until the signal aborts. Never rejects: failures are kept in the status and tried again. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        await this.#step(signal);
        this.#meter.succeeded();
        this.#backoff.reset();
      } catch (error) {
        if (signal.aborted) return;
        this.#isSynced = false;
        this.#meter.failed(error instanceof Error ? error : new Error(describeError(error)));
        await sleep(this.#backoff.next(), { signal, clock: this.#options.clock }).catch(() => {
          // The signal aborted: the loop ends by its own condition.
        });
      }
    }
  }

  async #step(signal: AbortSignal): Promise<void> {
    const isIdle = this.#pending.oldest === undefined;
    const sinceExchange = this.#options.clock.monotonic() - this.#lastExchange;
    if (!this.#isSynced || (isIdle && sinceExchange >= IDLE_CHECK_MS)) await this.#sync(signal);
    await this.#fill();
    if (this.#pending.oldest !== undefined) await this.#ship(signal);
  }

  async #sync(signal: AbortSignal): Promise<void> {
    const { transport, source, shard } = this.#options;
    this.#confirm(await this.#exchange(() => transport.cursor(source, shard, { signal }), signal));
    this.#isSynced = true;
  }

  /** Reads until a batch is full or the journal has no more, and waits only when there is nothing to send. */
  async #fill(): Promise<void> {
    const { connection, stream, blockMs, timeoutMs } = this.#options;
    while (!this.#pending.hasFullBatch) {
      const wait = this.#pending.oldest === undefined ? blockMs : 0;
      const after = this.#pending.readAfter;
      const entries = await readJournal(connection, {
        stream,
        after,
        maxEntries: READ_ENTRIES,
        blockMs: wait,
        timeoutMs,
      });
      this.#pending.add(entries);
      this.#meter.read(entries);
      if (entries.length < READ_ENTRIES) return;
    }
  }

  async #ship(signal: AbortSignal): Promise<void> {
    const { transport, source, shard } = this.#options;
    const entries = this.#pending.nextBatch();
    const [oldest, newest] = [entries[0], entries.at(-1)];
    if (oldest === undefined || newest === undefined) return;
    const body = encodeBatchBody(entries.map((entry) => entry.block));
    const batch = { source, shard, prev: this.#pending.cursor, first: oldest.id, last: newest.id, body };
    const answer = await this.#exchange(() => transport.send(batch, { signal }), signal);
    if (answer.kind === 'gap') throw this.#gap(answer.cursor);
    if (compareStreamIds(answer.cursor, newest.id) < 0) {
      const message = `the receiver accepted ${newest.id} and stands at ${answer.cursor}`;
      throw new ReplicationError('ERR_REPLICATION_TRANSPORT', message);
    }
    this.#confirm(answer.cursor);
    this.#meter.shipped(entries);
  }

  async #exchange<T>(request: () => Promise<T>, signal: AbortSignal): Promise<T> {
    const { exchangeTimeoutMs: ms, clock, to } = this.#options;
    const onTimeout = (): Error =>
      new ReplicationError('ERR_REPLICATION_TRANSPORT', `the transport to ${to} gave no answer within ${ms} ms`);
    try {
      const answer = await withDeadline(request(), { ms, signal, clock, onTimeout });
      this.#meter.connected = true;
      this.#lastExchange = clock.monotonic();
      return answer;
    } catch (error) {
      this.#meter.connected = false;
      throw error;
    }
  }

  #confirm(cursor: StreamId): void {
    this.#meter.confirmed(this.#pending.moveTo(cursor));
    this.#hasCursor = true;
  }

  #gap(cursor: StreamId): ReplicationError {
    this.#meter.gaps += 1;
    const message = `the batch after ${this.#pending.cursor} does not follow the receiver's cursor ${cursor}`;
    return new ReplicationError('ERR_REPLICATION_GAP', message);
  }
}
