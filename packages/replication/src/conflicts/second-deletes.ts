import { randomUUID } from 'node:crypto';

import { type Clock, describeError, type RedisClient, sleep, withDeadline } from '@lockstep/core';

import { encodeBlock, packBlock } from '../block/block-codec.ts';
import { decodeBlock, readOperationCount } from '../block/block-decoder.ts';
import { MAX_BLOCK_OPERATIONS } from '../block/block-layout.ts';
import { packDeletes } from '../block/pack-deletes.ts';
import { readBlocks } from '../block/read-blocks.ts';
import { NOTE_SECOND } from '../lua/note-second.ts';
import { RENEW_LANE } from '../lua/renew-lane.ts';
import { SETTLE_SECOND } from '../lua/settle-second.ts';
import { TAKE_SECOND } from '../lua/take-second.ts';
import type { Operation } from '../operation/operation.ts';
import type { PackedWrites } from '../operation/packed-writes.ts';
import { redisFailed } from '../owned-connection.ts';
import { requirePositiveInteger } from '../positive-option.ts';
import { ReplicationError } from '../replication-error.ts';

/** Which deletes are carried out twice, and when. */
export interface SecondDeleteOptions {
  /**
   * How long after the first delete, at least: longer than the database's replica in this region is behind, and than
   * it takes to read there and to store the result.
   */
  readonly delayMs: number;
  /** Whether the delete of this key is one of them; its bytes are good for the call only. @default every one */
  readonly isFor?: (key: Buffer) => boolean;
  /** Bytes that the keys may take in Redis meanwhile; a batch that needs more waits. @default 67108864 */
  readonly maxBytes?: number;
}

/** What second deletes need. */
export interface SecondDeletesOptions extends SecondDeleteOptions {
  readonly client: RedisClient;
  readonly region: string;
  readonly timeoutMs: number;
  readonly clock: Clock;
  /** Deletes keys and tells who wants to know. */
  readonly carryOut: (deletes: readonly Operation[]) => Promise<void>;
  /** The same of deletes that lie packed. */
  readonly carryOutPacked: (deletes: PackedWrites) => Promise<void>;
  /** Whether an error of `carryOut` says that a key can never be deleted. */
  readonly isRefusal: (error: unknown) => boolean;
}

const MAX_BYTES = 64 * 1024 * 1024;
/** How long nobody else looks after the notes when the process that did has died. */
const HOLD_MS = 5000;
/** How often it is asked what is due. */
const LOOK_MS = 100;
/** Only the packed form is of use here; nobody compares these names. */
const PRODUCER = '0000000000000000';

/**
 * Deletes keys once more some time after a receiver has deleted them. A reader that missed in between may have stored
 * what a replica of the database still held; without a second delete it would stay.
 *
 * What is to be deleted is noted in Redis before the batch is confirmed, so that a process that dies takes nothing
 * with it. All receivers of a region share the notes, and one of them at a time looks after them.
 */
export class SecondDeletes {
  readonly #options: SecondDeletesOptions;
  readonly #name = randomUUID();
  readonly #stop = new AbortController();
  readonly #keys: { readonly stream: string; readonly bytes: string; readonly holder: string };
  #running: Promise<void> | undefined;
  /** Keys that were deleted once more. */
  deleted = 0;
  failures = 0;
  lastError: Error | undefined;

  constructor(options: SecondDeletesOptions) {
    requirePositiveInteger('secondDelete.delayMs', options.delayMs);
    requirePositiveInteger('secondDelete.maxBytes', options.maxBytes ?? MAX_BYTES);
    this.#options = options;
    const tag = `{lockstep:replication:${options.region}}:second`;
    this.#keys = { stream: tag, bytes: `${tag}:bytes`, holder: `${tag}:holder` };
  }

  /** Begins to look after what was noted, by this process or another. Doing it twice does nothing. */
  start(): void {
    if (!this.#stop.signal.aborted) this.#running ??= this.#run();
  }

  /**
   * Notes the deletes among `operations`.
   *
   * @throws ReplicationError `ERR_REPLICATION_BUSY` when there is no room, `ERR_REPLICATION_REDIS`.
   */
  async note(operations: readonly Operation[]): Promise<void> {
    const { isFor } = this.#options;
    const deletes = operations.filter(({ kind, key }) => kind === 'delete' && (isFor?.(key) ?? true));
    for (let at = 0; at < deletes.length; at += MAX_BLOCK_OPERATIONS) {
      const part = deletes.slice(at, at + MAX_BLOCK_OPERATIONS);
      await this.#note(encodeBlock({ producer: PRODUCER, sequence: 1, operations: part }));
    }
  }

  /** As `note`. Of packed writes there are never more than one block holds. */
  async notePacked(writes: PackedWrites): Promise<void> {
    const { packed, count } = packDeletes(writes, this.#options.isFor);
    if (count > 0) await this.#note(packBlock(PRODUCER, 1, [packed], { count }));
  }

  async #note(block: Buffer): Promise<void> {
    const { maxBytes = MAX_BYTES, client } = this.#options;
    const { stream, bytes } = this.#keys;
    const isNoted = await this.#ask(NOTE_SECOND.run(client, [stream, bytes], [block, maxBytes]));
    if (Number(isNoted) === 1) return;
    const message = `keys of ${maxBytes} bytes wait for their second delete, and no more are taken`;
    throw new ReplicationError('ERR_REPLICATION_BUSY', message);
  }

  /** Stops looking after them; what is left is done by another process, or after the next start. */
  async close(): Promise<void> {
    this.#stop.abort(new ReplicationError('ERR_REPLICATION_CLOSED', 'the receiver is closed'));
    if (this.#running === undefined) return;
    await this.#running;
    // Held for no longer: the next process need not wait until this one is taken for dead; where this fails, it does.
    const released = RENEW_LANE.run(this.#options.client, [this.#keys.holder], [this.#name, 0]);
    await this.#ask(released).catch(() => {});
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    const { clock } = this.#options;
    while (!signal.aborted) {
      let isDue = false;
      try {
        isDue = await this.#settleOne();
        this.lastError = undefined;
      } catch (error) {
        this.failures += 1;
        this.lastError = error instanceof Error ? error : new Error(describeError(error));
      }
      if (!isDue) {
        await sleep(LOOK_MS, { signal, clock }).catch(() => {
          // Aborted: the loop ends by its own condition.
        });
      }
    }
  }

  /** Whether there was one that was due. */
  async #settleOne(): Promise<boolean> {
    const { client, delayMs, carryOut, carryOutPacked, isRefusal } = this.#options;
    const { stream, bytes, holder } = this.#keys;
    const due = await this.#ask(TAKE_SECOND.run(client, [stream, holder], [this.#name, HOLD_MS, delayMs]));
    if (due === '') return false;
    const id = String(due);
    const reply = await this.#ask(client.callBuffer('XRANGE', stream, id, id));
    const packed = (reply as [Buffer, Buffer[]][])[0]?.[1][1];
    if (packed === undefined) return true;
    const deletes = readBlocks(packed, [{ start: 0, end: packed.length }])?.writes;
    try {
      await (deletes === undefined ? carryOut(decodeBlock(packed).operations) : carryOutPacked(deletes));
    } catch (error) {
      if (!isRefusal(error)) throw error;
      for (const operation of decodeBlock(packed).operations) {
        await carryOut([operation]).catch((reason: unknown) => {
          if (!isRefusal(reason)) throw reason;
        });
      }
    }
    this.deleted += readOperationCount(packed);
    await this.#ask(SETTLE_SECOND.run(client, [stream, bytes], [id, packed.length]));
    return true;
  }

  async #ask<T>(reply: Promise<T>): Promise<T> {
    const { timeoutMs: ms, clock } = this.#options;
    const onTimeout = (): Error => new Error(`no answer within ${ms} ms`);
    try {
      return await withDeadline(reply, { ms, clock, onTimeout });
    } catch (error) {
      throw redisFailed(error);
    }
  }
}
