import { mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';

import { MemcacheProxyError } from '../memcache-proxy-error.ts';
import { adoptSegments } from './adopt-segments.ts';
import { Exclusive } from './exclusive.ts';
import { giveUpName, takeName } from './owner-name.ts';
import { numbersOf, type Position, START } from './position.ts';
import { encodeFrame, SEGMENT_HEADER, type SegmentContent } from './segment-codec.ts';
import { Segment } from './segment.ts';
import type { SpoolEntry, StoredEntry } from './spool-entry.ts';
import type { SpoolStore } from './spool-store.ts';
import { publishSpoolEvent } from './spool-channel.ts';

/** Where and how much. */
export interface DiskStoreOptions {
  /** Shared by all spools of the machine; each has a directory of its own in it. */
  readonly root: string;
  readonly maxBytes: number;
  readonly segmentBytes: number;
}

/**
 * The part of the spool that is on disk: segments in a directory that belongs to this spool alone. Nothing is
 * touched before the first `append` or `adopt`.
 */
export class DiskStore implements SpoolStore, AsyncDisposable {
  readonly #options: DiskStoreOptions;
  readonly #name = takeName();
  readonly #exclusive = new Exclusive();
  #segments: Segment[] = [];
  #nextNumber = 1;
  #decoded: { readonly segment: Segment; readonly bytes: number; readonly content: SegmentContent } | undefined;
  #isClosed = false;

  constructor(options: DiskStoreOptions) {
    this.#options = options;
  }

  /** Entries that are there. */
  get count(): number {
    return this.#segments.reduce((sum, { left }) => sum + left, 0);
  }

  /** Of all segments. */
  get bytes(): number {
    return this.#segments.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /**
   * Resolves when the entries would survive a power failure.
   *
   * @throws MemcacheProxyError ERR_MEMCACHE_PROXY_SPOOL_FULL or ERR_MEMCACHE_PROXY_SPOOL_FAILED.
   */
  append(entries: readonly SpoolEntry[]): Promise<void> {
    return this.#exclusive.run(async () => {
      if (this.#isClosed) throw new MemcacheProxyError('ERR_MEMCACHE_PROXY_CLOSED', 'the spool is closed');
      const frames = Buffer.concat(entries.map(encodeFrame));
      const { maxBytes } = this.#options;
      if (this.bytes + frames.length + SEGMENT_HEADER.length > maxBytes) {
        const message = `the spool on disk has ${this.bytes} of at most ${maxBytes} bytes`;
        throw new MemcacheProxyError('ERR_MEMCACHE_PROXY_SPOOL_FULL', message);
      }
      try {
        // Once more where another process has taken the file over: it may not have seen the end.
        if (!(await this.#tryAppend(frames, entries.length))) await this.#tryAppend(frames, entries.length);
      } catch (cause) {
        const code = (cause as NodeJS.ErrnoException).code ?? 'an error';
        const message = `the spool could not write to its directory (${code})`;
        throw new MemcacheProxyError('ERR_MEMCACHE_PROXY_SPOOL_FAILED', message, { cause });
      }
    });
  }

  read(
    after: Position,
    limit: number,
  ): Promise<{ readonly entries: readonly StoredEntry[]; readonly next?: Position | undefined }> {
    return this.#exclusive.run(async () => {
      const [major, minor] = numbersOf(after);
      const [segment, ...later] = this.#segments.filter(
        ({ number }) => number > major || (number === major && minor < Number.MAX_SAFE_INTEGER),
      );
      if (segment === undefined) return { entries: [] };
      const content = await this.#contentOf(segment);
      if (content !== undefined && segment.left === 0 && !segment.isWritable) await this.#discard(segment);
      const frames = segment.framesAfter(content?.frames ?? [], segment.number === major ? minor : -1);
      const entries = frames
        .slice(0, limit)
        .map(({ offset, entry }) => ({ ...entry, position: `${segment.number}-${offset}` }));
      if (frames.length > limit) return { entries, next: entries.at(-1)!.position };
      return later.length === 0 ? { entries } : { entries, next: `${segment.number}-${Number.MAX_SAFE_INTEGER}` };
    });
  }

  remove(positions: readonly Position[]): Promise<void> {
    return this.#exclusive.run(async () => {
      const touched = new Set<Segment>();
      for (const position of positions) {
        const [number, offset] = numbersOf(position);
        const segment = this.#segments.find((each) => each.number === number);
        segment?.remove(offset);
        if (segment !== undefined) touched.add(segment);
      }
      for (const segment of touched) if (segment.left === 0) await this.#discard(segment);
    });
  }

  tail(): Promise<Position> {
    const last = this.#segments.at(-1);
    return Promise.resolve(last === undefined ? START : `${last.number}-${last.bytes}`);
  }

  /** Takes over what processes of this machine left that have ended. Resolves with the number of segments. */
  adopt(): Promise<number> {
    return this.#exclusive.run(async () => {
      if (this.#isClosed) return 0;
      const { root } = this.#options;
      const adopted = await adoptSegments(root, async () => {
        await this.#makeDirectory();
        const number = this.#nextNumber++;
        return { number, path: this.#pathOf(number) };
      });
      for (const segment of adopted) {
        this.#segments.push(segment);
        const content = await this.#contentOf(segment);
        const bytes = content?.tornBytes ?? 0;
        if (bytes > 0) publishSpoolEvent({ type: 'torn', where: segment.path, bytes });
        if (segment.left === 0) await this.#discard(segment);
      }
      return adopted.length;
    });
  }

  /** What is on the disk stays there, for the next spool that looks. Idempotent. */
  async close(): Promise<void> {
    await this.#exclusive.run(async () => {
      if (this.#isClosed) return;
      this.#isClosed = true;
      for (const segment of this.#segments) await segment.seal();
      giveUpName(this.#name);
    });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** False when the file was not where it had been made. */
  async #tryAppend(frames: Buffer, count: number): Promise<boolean> {
    const segment = await this.#writable(frames.length);
    try {
      await segment.append(frames, count);
      return true;
    } catch (error) {
      // What the file ends with is not known now. It is read to its end, and not written to again.
      await segment.seal();
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') {
        // On a full disk, each attempt would leave an empty file.
        if (segment.left === 0) await this.#discard(segment);
        throw error;
      }
      this.#forget(segment);
      return false;
    }
  }

  async #writable(byteCount: number): Promise<Segment> {
    const { segmentBytes } = this.#options;
    const current = this.#segments.find(({ isWritable }) => isWritable);
    if (current !== undefined) {
      if (current.left === 0 || current.bytes + byteCount <= segmentBytes) return current;
      await current.seal();
    }
    await this.#makeDirectory();
    const number = this.#nextNumber++;
    const segment = await Segment.create(number, this.#pathOf(number));
    try {
      await syncDirectory(this.#directory);
    } catch (error) {
      // Its name may not survive, and so nothing may be promised of what is in it.
      await segment.discard();
      throw error;
    }
    this.#segments.push(segment);
    return segment;
  }

  async #contentOf(segment: Segment): Promise<SegmentContent | undefined> {
    const known = this.#decoded;
    if (known?.segment === segment && known.bytes === segment.bytes) return known.content;
    const { path, isDamaged } = segment;
    try {
      const content = await segment.content();
      if (!isDamaged && content.damaged > 0)
        publishSpoolEvent({ type: 'unreadable', where: path, count: content.damaged });
      this.#decoded = { segment, bytes: segment.bytes, content };
      return content;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      // Another process has taken it over.
      await segment.seal();
      this.#forget(segment);
      return undefined;
    }
  }

  async #discard(segment: Segment): Promise<void> {
    if (!segment.isDamaged) await segment.discard();
    else {
      const aside = join(this.#options.root, 'damaged');
      await mkdir(aside, { recursive: true });
      await segment.discard(join(aside, `${this.#name}-${segment.number}.spool`));
    }
    this.#forget(segment);
  }

  #forget(segment: Segment): void {
    this.#segments = this.#segments.filter((each) => each !== segment);
    if (this.#decoded?.segment === segment) this.#decoded = undefined;
  }

  get #directory(): string {
    return join(this.#options.root, this.#name);
  }

  #pathOf(number: number): string {
    return join(this.#directory, `${String(number).padStart(8, '0')}.spool`);
  }

  async #makeDirectory(): Promise<void> {
    const made = await mkdir(this.#directory, { recursive: true, mode: 0o700 });
    if (made !== undefined) await syncDirectory(this.#options.root);
  }
}

/** Makes the names in a directory survive a power failure. */
async function syncDirectory(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
