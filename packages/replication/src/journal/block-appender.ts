import { randomBytes } from 'node:crypto';

import { type Clock, describeError, type RedisClient } from '@lockstep/core';

import { packBlock } from '../block/block-codec.ts';
import { decodeBlock, unpackOperations } from '../block/block-decoder.ts';
import { COUNT_AT, PRODUCER_BYTES } from '../block/block-layout.ts';
import type { JournalKeys } from './journal-keys.ts';
import { APPEND_BLOCK } from '../lua/append-block.ts';
import { MARK_DIRTY } from '../lua/mark-dirty.ts';
import { type OwnedConnection, redisFailed } from '../owned-connection.ts';
import { packAsDelete } from '../block/packed-delete.ts';
import type { PackedOperations } from '../block/packed-operations.ts';
import type { Operation } from '../operation/operation.ts';
import { RecentBlocks } from './recent-blocks.ts';
import { ReplicationError } from '../replication-error.ts';
import type { SeenCursors } from '../operation/seen-cursors.ts';

/** What an appender needs. */
export interface BlockAppenderOptions {
  readonly keys: JournalKeys;
  readonly connection: OwnedConnection;
  readonly timeoutMs: number;
  readonly maxStreamBytes: number;
  readonly maxDirtyBytes: number;
  readonly classOf?: ((key: Uint8Array) => string | Uint8Array) | undefined;
  readonly maxRecentBytes: number;
  readonly clock: Clock;
  /**
   * Called with packed operations before they are appended, and with the monotonic moment at which the oldest of them came;
   * without one when they are put back.
   */
  readonly noteVersions?: ((packed: readonly Buffer[], oldestAt: number | undefined) => Promise<void>) | undefined;
  /** Called with deletes of what Redis lost, when the shard takes nothing any more. */
  readonly onSealedLoss: (deletes: readonly Operation[]) => void;
  /** Called before every attempt: whether the journal has this shard at all. */
  readonly prepare: (redis: RedisClient) => Promise<boolean>;
}

/** Where a block went; `sealed` when nowhere, as the shard takes nothing any more. */
export type AppendOutcome = 'stream' | 'keys' | 'classes' | 'sealed';

/** How long Redis remembers a producer after its last block, and so how late a copy of a block may come. */
const PRODUCER_MEMORY_MS = 7 * 24 * 60 * 60 * 1000;
/** Redis syncs its append-only file once a second; what it knew this long ago it does not lose by a crash. */
const SETTLE_MS = 3000;
/** Noted classes of one shard: their prefixes and 64 bytes each. With more of them, all keys are meant. */
const MAX_CLASS_BYTES = 16 * 1024;

/**
 * The end of one producer at one shard: appends its blocks in their sequence, each once, and puts back
 * what Redis confirmed and lost. Every method is one attempt; calls must not overlap.
 */
export class BlockAppender {
  readonly #options: BlockAppenderOptions;
  readonly #recent: RecentBlocks;
  #producer = newProducer();
  #sequence = 0;
  #confirmedAt = 0;
  #heldBytes = 0;
  #lostUpTo = 0;
  /** The block that is on its way: a copy that is sent again must be the same block. */
  #current: Buffer | undefined;
  /** What `classOf` threw for a key of the newest block that did not fit into the stream. */
  classError: Error | undefined;
  /** Blocks that Redis lost and that could not be put back. */
  lostBlocks = 0;
  /** Blocks that Redis lost and that were put back as deletes. */
  restoredBlocks = 0;

  constructor(options: BlockAppenderOptions) {
    this.#options = options;
    this.#recent = new RecentBlocks(options.maxRecentBytes);
  }

  /** Bytes of the stream that not every receiver has confirmed, as of the last answer. */
  get heldBytes(): number {
    return this.#heldBytes;
  }

  /** Whether there are blocks that Redis may still lose. */
  get hasRecent(): boolean {
    return this.#recent.length > 0;
  }

  /** Appends one block of packed operations. @throws ReplicationError; call it again with the same operations then. */
  async append({ count, parts }: PackedOperations, seen?: SeenCursors): Promise<AppendOutcome> {
    if (this.#current === undefined) {
      this.#renew();
      this.#current = packBlock(this.#producer, this.#sequence + 1, parts, { seen, count });
    }
    const outcome = await this.#place(this.#current, this.#sequence + 1);
    this.#current = undefined;
    if (outcome !== 'sealed') this.#sequence += 1;
    return outcome;
  }

  /** Looks whether Redis still knows the newest block, and puts back what it lost. @throws ReplicationError. */
  async check(): Promise<void> {
    const { connection, keys, timeoutMs, clock } = this.#options;
    if (this.#sequence === 0) return;
    const asked = clock.monotonic();
    const reply = await connection.run((redis) => redis.call('GET', keys.producer(this.#producer)), timeoutMs);
    const known = Number(reply ?? 0);
    if (known < this.#sequence) await this.#restore(known, this.#sequence);
    else this.#recent.forgetBefore(asked - SETTLE_MS);
  }

  async #place(block: Buffer, sequence: number): Promise<AppendOutcome> {
    const asked = this.#options.clock.monotonic();
    this.classError = undefined;
    let reply = await this.#send(block, sequence, false);
    if (reply.kind === 'gap') {
      await this.#restore(reply.last, sequence - 1);
      reply = await this.#send(block, sequence, true);
    } else if (reply.last >= sequence - 1) {
      // Everything before this block was known just now, and with it what is older than Redis takes to sync.
      this.#recent.forgetBefore(asked - SETTLE_MS);
    }
    if (reply.kind === 'sealed') return 'sealed';
    const outcome = reply.kind === 'full' ? await this.#mark(block, sequence) : 'stream';
    if (outcome === 'sealed') return outcome;
    this.#confirmedAt = this.#options.clock.monotonic();
    this.#recent.push({ sequence, block, confirmedAt: this.#confirmedAt });
    return outcome;
  }

  /**
   * Puts back the blocks behind `known` up to `end`, with deletes for what they stored: other producers may
   * have written the same keys meanwhile, and a value that comes after a newer one must not win.
   */
  async #restore(known: number, end: number): Promise<void> {
    const blocks = this.#recent.after(known).filter(({ sequence }) => sequence <= end);
    let at = known;
    for (const { sequence, block } of blocks) {
      const packed = decodeBlock(block).operations.map(packAsDelete);
      // Redis may have lost what it knew of the versions as well.
      await this.#options.noteVersions?.(packed, undefined);
      const deletes = packBlock(this.#producer, sequence, packed);
      const { kind } = await this.#send(deletes, sequence, true);
      const outcome = kind === 'full' ? await this.#mark(deletes, sequence) : kind;
      this.#countLost(at, sequence - 1);
      this.#lostUpTo = Math.max(this.#lostUpTo, sequence);
      this.restoredBlocks += 1;
      at = sequence;
      if (outcome === 'sealed') {
        // They go where their keys are written now, once: this shard will never know of the block again.
        this.#recent.drop(sequence);
        this.#options.onSealedLoss(packed.flatMap(unpackOperations));
      } else this.#recent.replace({ sequence, block: deletes, confirmedAt: this.#options.clock.monotonic() });
    }
    this.#countLost(at, end);
  }

  /** Counts the blocks behind `from` up to `to`, each once however often Redis is found without it. */
  #countLost(from: number, to: number): void {
    this.lostBlocks += Math.max(0, to - Math.max(from, this.#lostUpTo));
    this.#lostUpTo = Math.max(this.#lostUpTo, to);
  }

  async #send(block: Buffer, sequence: number, isForced: boolean): Promise<{ kind: string; last: number }> {
    const { connection, timeoutMs, keys, maxStreamBytes, prepare } = this.#options;
    const operations = block.readUInt16BE(COUNT_AT);
    const names = [keys.stream, keys.producer(this.#producer), keys.meta];
    const args = [block, sequence, operations, PRODUCER_MEMORY_MS, maxStreamBytes, isForced ? '1' : '0'];
    const reply = await connection.run(async (redis) => {
      if (!(await prepare(redis))) return ['sealed', 0, 0];
      return APPEND_BLOCK.run(redis, names, args);
    }, timeoutMs);
    const [kind, last, held] = reply as [unknown, unknown, unknown];
    if (typeof kind !== 'string') throw redisFailed(new Error('the answer to an append is malformed'));
    this.#heldBytes = Number(held);
    return { kind, last: Number(last) };
  }

  async #mark(block: Buffer, sequence: number): Promise<AppendOutcome> {
    const { connection, timeoutMs, keys, maxDirtyBytes, maxStreamBytes, classOf } = this.#options;
    const names = [keys.dirty, keys.producer(this.#producer), keys.meta, keys.classes];
    const dirty = decodeBlock(block).operations.map(({ key }) => key);
    const prefixes = classOf === undefined ? [] : dirty.map((key) => this.#prefixOf(key, classOf));
    const maxClassBytes = classOf === undefined ? 0 : MAX_CLASS_BYTES;
    const args = [sequence, PRODUCER_MEMORY_MS, maxDirtyBytes, maxClassBytes, dirty.length, ...dirty, ...prefixes];
    const noted = Number(await connection.run((redis) => MARK_DIRTY.run(redis, names, args), timeoutMs));
    if (noted === 1) return 'keys';
    if (noted === 2) return 'classes';
    if (noted === 3) return 'sealed';
    const message = `the journal holds ${maxStreamBytes} bytes and ${maxDirtyBytes} bytes of keys in this shard, and takes no more`;
    throw new ReplicationError('ERR_REPLICATION_JOURNAL_FULL', message);
  }

  /**
   * A prefix that its key does not begin with would never clear it: all keys stand in for such a class, and for one that
   * cannot be told. The other operations of the block are not to wait for it.
   */
  #prefixOf(key: Buffer, classOf: (key: Uint8Array) => string | Uint8Array): Buffer {
    try {
      const prefix = Buffer.from(classOf(key) as Uint8Array);
      return key.subarray(0, prefix.length).equals(prefix) ? prefix : Buffer.alloc(0);
    } catch (error) {
      this.classError = error instanceof Error ? error : new Error(describeError(error));
      return Buffer.alloc(0);
    }
  }

  /** Redis forgets a producer that was idle for days; its next block would look like one after a loss. */
  #renew(): void {
    const idle = this.#options.clock.monotonic() - this.#confirmedAt;
    if (this.#sequence === 0 || this.#recent.length > 0 || idle < PRODUCER_MEMORY_MS / 2) return;
    this.#producer = newProducer();
    this.#sequence = 0;
    this.#lostUpTo = 0;
  }
}

function newProducer(): string {
  return randomBytes(PRODUCER_BYTES).toString('hex');
}
