import { sleep, withDeadline } from '@lockstep/core';

import type { ProofOutcome, StoreProof } from '../backend/delete-spool.ts';
import { MAX_KEY_BYTES } from '../backend/key-rule.ts';
import { MemcacheProxyError } from '../memcache-proxy-error.ts';
import { DiskStore } from './disk-store.ts';
import { listDisk } from './list-disk.ts';
import { START } from './position.ts';
import { RedisGate } from './redis-gate.ts';
import { RedisLine } from './redis-line.ts';
import { ReplayLease } from './replay-lease.ts';
import { type PassReport, Replayer } from './replayer.ts';
import { publishSpoolEvent } from './spool-channel.ts';
import type { SpoolEntry } from './spool-entry.ts';
import { resolveSpoolOptions, type SpoolOptions, type SpoolSettings } from './spool-options.ts';
import { SpoolWriter } from './spool-writer.ts';
import type { ListedEntry, Spool, SpoolListOptions, SpoolReplayOptions, SpoolStats } from './spool.ts';
import { StreamStore } from './stream-store.ts';

/** Entries of one move from the disk into Redis. */
const moveSize = 256;
/** Milliseconds between two looks for what processes left that have ended. */
const adoptEveryMs = 10_000;
/** Milliseconds after which the replayer begins anew, so that nothing stays unseen whatever Redis went through. */
const rewindEveryMs = 60_000;
/** The shortest pause between two rounds, in milliseconds. */
const minPauseMs = 20;

/**
 * Makes a spool. Nothing is sent or written before the first call.
 *
 * @throws RangeError or TypeError naming the option that makes no sense.
 */
export function createSpool(options: SpoolOptions): Spool {
  return new RedisSpool(resolveSpoolOptions(options));
}

class RedisSpool implements Spool {
  readonly #settings: SpoolSettings;
  readonly #line: RedisLine;
  readonly #stream: StreamStore;
  readonly #disk: DiskStore;
  readonly #gate: RedisGate;
  readonly #writer: SpoolWriter;
  readonly #lease: ReplayLease;
  readonly #fromStream: Replayer;
  readonly #fromDisk: Replayer;
  readonly #stop = new AbortController();
  #loop: Promise<void> | undefined;
  #closing: Promise<void> | undefined;
  #wake = (): void => {};
  #isReplaying = false;
  #redisEntries: number | undefined;
  #adoptedAt = -Infinity;
  #rewoundAt = -Infinity;
  #counts = { added: 0, refused: 0, moved: 0, deletes: 0, replayed: 0 };

  constructor(settings: SpoolSettings) {
    const { client, clock, random, keys, directory, maxDiskBytes, segmentBytes } = settings;
    this.#settings = settings;
    this.#line = new RedisLine({ client, clock, timeoutMs: settings.redisTimeoutMs });
    this.#stream = new StreamStore({
      line: this.#line,
      stream: keys.stream,
      proofs: keys.proofs,
      maxEntries: settings.maxRedisEntries,
      onUnreadable: () => publishSpoolEvent({ type: 'unreadable', where: keys.stream, count: 1 }),
    });
    this.#disk = new DiskStore({ root: directory, maxBytes: maxDiskBytes, segmentBytes });
    this.#gate = new RedisGate(clock, random);
    this.#writer = new SpoolWriter({ ...settings, stream: this.#stream, disk: this.#disk, gate: this.#gate });
    this.#lease = new ReplayLease({ line: this.#line, key: keys.lease, ttlMs: settings.leaseMs, clock });
    this.#fromStream = new Replayer({ ...settings, store: this.#stream });
    this.#fromDisk = new Replayer({ ...settings, store: this.#disk });
  }

  async add({ pool, key, failedAt, reach }: SpoolEntry): Promise<string | undefined> {
    if (this.#closing !== undefined) throw closed();
    const poolBytes = Buffer.byteLength(pool);
    if (poolBytes < 1 || poolBytes > 255)
      throw new RangeError(`the name of a pool must have 1 to 255 bytes, got ${poolBytes}`);
    // Pools with binary keys take any bytes.
    if (key.length < 1 || key.length > MAX_KEY_BYTES)
      throw new RangeError(`a key must have 1 to ${MAX_KEY_BYTES} bytes, got ${key.length}`);
    let ticket: string | undefined;
    try {
      // The caller's key may be part of a buffer that he goes on using.
      ticket = await this.#writer.add({ pool, key: Buffer.from(key), failedAt, reach });
    } catch (error) {
      this.#counts.refused++;
      throw error;
    }
    this.#counts.added++;
    this.#wake();
    return ticket;
  }

  nodeOf(pool: string, key: Buffer): string {
    return this.#settings.target.nodeOf?.(pool, key) ?? '';
  }

  async keep(proof: StoreProof): Promise<ProofOutcome> {
    try {
      if (!this.#gate.isOpen) throw new Error('Redis was away a moment ago');
      return await this.#gate.pass(() => this.#stream.keep(proof));
    } catch (error) {
      publishSpoolEvent({ type: 'failed', operation: 'keep', error });
      throw error;
    }
  }

  async *list({ signal }: SpoolListOptions = {}): AsyncGenerator<ListedEntry> {
    for await (const entry of listDisk(this.#settings.directory)) {
      signal?.throwIfAborted();
      yield { ...entry, where: 'disk' };
    }
    for (let at: string | undefined = START; at !== undefined;) {
      signal?.throwIfAborted();
      const { entries, next } = await this.#stream.read(at, 1000);
      for (const { pool, key, failedAt } of entries) yield { pool, key, failedAt, where: 'redis' };
      at = next;
    }
  }

  async replay({ pool, signal }: SpoolReplayOptions = {}): Promise<PassReport> {
    if (this.#closing !== undefined) throw closed();
    const { signal: stopped } = this.#stop;
    const both = signal === undefined ? stopped : AbortSignal.any([stopped, signal]);
    // Replayers of their own: the loop may be in the middle of a pass.
    const once = { pool, signal: both };
    await this.#disk.adopt();
    const disk = await new Replayer({ ...this.#settings, store: this.#disk }).pass(once);
    const redis = await new Replayer({ ...this.#settings, store: this.#stream }).pass(once);
    this.#count(disk);
    this.#count(redis);
    return {
      deletes: disk.deletes + redis.deletes,
      entries: disk.entries + redis.entries,
      left: disk.left + redis.left,
    };
  }

  stats(): SpoolStats {
    return {
      ...this.#counts,
      waitingNodes: this.#fromStream.waitingNodes + this.#fromDisk.waitingNodes,
      diskEntries: this.#disk.count,
      diskBytes: this.#disk.bytes,
      redisEntries: this.#redisEntries,
      isReplaying: this.#isReplaying,
    };
  }

  start(): void {
    if (this.#closing === undefined) this.#loop ??= this.#run();
  }

  close(): Promise<void> {
    return (this.#closing ??= this.#close());
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(): Promise<void> {
    this.#stop.abort(closed());
    await Promise.all([this.#loop, this.#writer.drain()]);
    try {
      await this.#lease.release();
    } catch (error) {
      // It runs out by itself.
      publishSpoolEvent({ type: 'failed', operation: 'replay', error });
    }
    this.#line.close();
    const { diskTimeoutMs: ms, clock } = this.#settings;
    const onTimeout = (): Error =>
      new MemcacheProxyError('ERR_MEMCACHE_PROXY_SPOOL_FAILED', `the disk did not answer within ${ms} ms`);
    await withDeadline(this.#disk.close(), { ms, clock, onTimeout });
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    const { clock, intervalMs } = this.#settings;
    while (!signal.aborted) {
      // Whatever comes during the round has the next one follow at once.
      const woken = new Promise<void>((resolve) => (this.#wake = resolve));
      await this.#attempt('adopt', () => this.#adopt());
      const isMoved = await this.#attempt('move', () => this.#moveToRedis());
      if (isMoved !== true) await this.#attempt('replay', () => this.#replayDisk());
      await this.#attempt('replay', () => this.#replayStream());
      const nextMs = this.#isReplaying ? this.#fromStream.nextInMs() : this.#fromDisk.nextInMs();
      const pauseMs = Math.max(minPauseMs, Math.min(intervalMs, nextMs));
      const timer = new AbortController();
      const both = AbortSignal.any([signal, timer.signal]);
      const slept = sleep(pauseMs, { signal: both, clock }).catch(() => {});
      await Promise.race([slept, woken.then(() => sleep(minPauseMs, { signal: both, clock }).catch(() => {}))]);
      timer.abort();
    }
  }

  /** What fails is told and tried again in the next round. */
  async #attempt<T>(operation: 'adopt' | 'move' | 'replay', task: () => Promise<T>): Promise<T | undefined> {
    if (this.#stop.signal.aborted) return undefined;
    try {
      return await task();
    } catch (error) {
      if (!this.#stop.signal.aborted) publishSpoolEvent({ type: 'failed', operation, error });
      return undefined;
    }
  }

  async #adopt(): Promise<void> {
    const now = this.#settings.clock.monotonic();
    if (now - this.#adoptedAt < adoptEveryMs) return;
    this.#adoptedAt = now;
    await this.#disk.adopt();
  }

  /** True when nothing is left on disk. */
  async #moveToRedis(): Promise<boolean> {
    while (this.#disk.count > 0 && this.#gate.isOpen) {
      const { entries, next } = await this.#disk.read(START, moveSize);
      if (entries.length > 0) {
        const taken = await this.#gate.pass(() => this.#stream.append(entries));
        if (taken === undefined) return false;
        await this.#disk.remove(entries.map(({ position }) => position));
        this.#counts.moved += entries.length;
        publishSpoolEvent({ type: 'moved', count: entries.length });
      } else if (next === undefined) break;
      this.#stop.signal.throwIfAborted();
    }
    return this.#disk.count === 0;
  }

  async #replayDisk(): Promise<void> {
    this.#count(await this.#fromDisk.pass({ signal: this.#stop.signal }));
  }

  async #replayStream(): Promise<void> {
    try {
      const held = this.#gate.isOpen ? await this.#gate.pass(() => this.#lease.hold()) : 'no';
      if (held === 'no') {
        this.#stopReplaying();
        return;
      }
      const now = this.#settings.clock.monotonic();
      if (held === 'new' || !this.#isReplaying || now - this.#rewoundAt >= rewindEveryMs) {
        this.#rewoundAt = now;
        this.#fromStream.rewind();
      }
      this.#isReplaying = true;
      const mayGoOn = async (): Promise<boolean> => this.#lease.isFresh || (await this.#lease.hold()) !== 'no';
      this.#count(await this.#gate.pass(() => this.#fromStream.pass({ signal: this.#stop.signal, mayGoOn })));
      this.#redisEntries = await this.#stream.count();
    } catch (error) {
      this.#stopReplaying();
      throw error;
    }
  }

  #stopReplaying(): void {
    this.#isReplaying = false;
    this.#redisEntries = undefined;
  }

  #count({ deletes, entries }: PassReport): void {
    this.#counts.deletes += deletes;
    this.#counts.replayed += entries;
  }
}

function closed(): MemcacheProxyError {
  return new MemcacheProxyError('ERR_MEMCACHE_PROXY_CLOSED', 'the spool is closed');
}
