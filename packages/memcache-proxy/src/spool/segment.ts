import { type FileHandle, open, readFile, rename, stat, unlink } from 'node:fs/promises';

import { decodeSegment, type Frame, MIN_FRAME_BYTES, SEGMENT_HEADER, type SegmentContent } from './segment-codec.ts';

/** One file of the spool on disk. While it has a handle it is written to; sealed, it is only read. */
export class Segment {
  readonly number: number;
  readonly path: string;
  /** Of the file, as far as it was confirmed. */
  bytes: number;
  /** True when something in it is damaged. */
  isDamaged = false;
  #count: number;
  #handle: FileHandle | undefined;
  /** One for every `MIN_FRAME_BYTES`, so that no two entries share one. */
  #removed = new Uint8Array(0);
  #removedCount = 0;

  constructor(number: number, path: string, content: { readonly bytes: number; readonly count: number }) {
    this.number = number;
    this.path = path;
    this.bytes = content.bytes;
    this.#count = content.count;
  }

  /** Makes a file to write to. */
  static async create(number: number, path: string): Promise<Segment> {
    const segment = new Segment(number, path, { bytes: SEGMENT_HEADER.length, count: 0 });
    segment.#handle = await open(path, 'wx', 0o600);
    try {
      await segment.#handle.write(SEGMENT_HEADER);
    } catch (error) {
      await segment.discard();
      throw error;
    }
    return segment;
  }

  get isWritable(): boolean {
    return this.#handle !== undefined;
  }

  /** How many entries are left. */
  get left(): number {
    return this.#count - this.#removedCount;
  }

  /** Resolves when the bytes are on the disk and the file is still where it was. */
  async append(bytes: Buffer, count: number): Promise<void> {
    const { bytesWritten } = await this.#handle!.write(bytes, 0, bytes.length, this.bytes);
    if (bytesWritten < bytes.length) throw new Error(`only ${bytesWritten} of ${bytes.length} bytes were written`);
    await this.#handle!.datasync();
    // Whoever took this process for dead has moved the file away, and may have read it before the write.
    await stat(this.path);
    this.bytes += bytes.length;
    this.#count += count;
  }

  /** What the file holds. Counts what is left anew, as what was to be appended and failed may be there or not. */
  async content(): Promise<SegmentContent> {
    const bytes = await readFile(this.path);
    const content = decodeSegment(this.isWritable ? bytes.subarray(0, this.bytes) : bytes);
    if (!this.isWritable) this.bytes = bytes.length;
    this.#count = this.#removedCount + content.frames.filter(({ offset }) => !this.#isRemoved(offset)).length;
    if (content.damaged > 0) this.isDamaged = true;
    return content;
  }

  /** The entries from an offset on that were not removed. */
  framesAfter(frames: readonly Frame[], offset: number): Frame[] {
    return frames.filter((frame) => frame.offset > offset && !this.#isRemoved(frame.offset));
  }

  /** Removes the entry at that offset. */
  remove(offset: number): void {
    const slot = slotOf(offset);
    if (this.#removed.length <= slot) {
      const larger = new Uint8Array(Math.max(slot + 1, slotOf(this.bytes) + 1));
      larger.set(this.#removed);
      this.#removed = larger;
    }
    if (this.#removed[slot] === 1) return;
    this.#removed[slot] = 1;
    this.#removedCount++;
  }

  /** Closes the handle: nothing is appended any more. */
  async seal(): Promise<void> {
    const handle = this.#handle;
    this.#handle = undefined;
    await handle?.close();
  }

  /** Removes the file, or puts it aside under another name for somebody to look at. */
  async discard(keepAs?: string): Promise<void> {
    await this.seal();
    await (keepAs === undefined ? unlink(this.path) : rename(this.path, keepAs));
  }

  #isRemoved(offset: number): boolean {
    return this.#removed[slotOf(offset)] === 1;
  }
}

function slotOf(offset: number): number {
  return Math.floor(offset / MIN_FRAME_BYTES);
}
