import type { Socket } from 'node:net';

import { copyBytes, writeNumber, writeText } from './put-bytes.ts';
import type { ReplySlot } from './reply-slot.ts';
import type { Reply } from './reply.ts';

const SLAB_BYTES = 65_536;
/** Of an item besides key and value: words, two numbers, spaces and line breaks. */
const ITEM_FRAME_BYTES = 64;
/** Writing longer texts byte by byte costs more than a call. */
const MAX_TEXT_BY_HAND = 48;
const SPACE = 0x20;
const CARRIAGE_RETURN = 0x0d;
const LINE_FEED = 0x0a;
/** Values up to here are copied into the slab; larger ones are handed to the socket, unless they lie in much more memory. */
const MAX_COPY_BYTES = 4096;
/** As before, of values whose memory a slow reader would keep for the sake of a small part of it. */
const MAX_PART_BYTES = SLAB_BYTES / 2;
/** How many times its own size a value may keep. */
const MAX_SHARE = 2;

/**
 * Puts the replies of one connection together and writes them at once. The memory that it does that in is used
 * again for the next connection, when the system has taken all of it.
 */
export class ReplySlab {
  #slab: Buffer = Buffer.allocUnsafeSlow(SLAB_BYTES);
  /** Where the part starts that is not among the chunks yet, and where it ends. */
  #start = 0;
  #end = 0;
  #chunks: Buffer[] = [];
  /** How many bytes were gathered, since the start of the process. */
  bytes = 0;

  /** Forgets what was added and not written. What the system may still have to read is not used again. */
  discard(): void {
    this.#chunks = [];
    this.#slab = Buffer.allocUnsafeSlow(SLAB_BYTES);
    this.#start = this.#end = 0;
  }

  /** Adds the answer of a slot. */
  add(slot: ReplySlot): void {
    if (!slot.isGet) {
      this.#addReply(slot.reply);
      return;
    }
    const { value, valueStart, valueEnd } = slot;
    const size = valueEnd - valueStart;
    if (value === undefined) this.#text('END\r\n');
    else if (!isGathered(value, size)) {
      this.#text(`VALUE ${slot.name} ${slot.flags} ${size}\r\n`);
      this.#value(value.subarray(valueStart, valueEnd));
      this.#text('\r\nEND\r\n');
    } else this.#addItem(slot, value, valueStart, valueEnd);
  }

  /**
   * Writes what was added, in one system call where the socket allows. `mustCopy` leaves the memory to the slab.
   *
   * @returns true when the system has taken all that the socket had.
   */
  flushTo(socket: Socket, mustCopy: boolean): boolean {
    const chunks = this.#chunks;
    if (chunks.length === 0 && this.#end > this.#start) {
      const chunk = this.#slab.subarray(this.#start, this.#end);
      this.#start = this.#end = 0;
      if (!socket.writable) return false;
      socket.write(mustCopy ? Buffer.from(chunk) : chunk);
      return this.#isTakenBy(socket, mustCopy);
    }
    this.#cut();
    this.#start = this.#end = 0;
    // Who waits for a slow reader is told so by `drain`, and need not ask again and again.
    if (chunks.length === 0) return socket.writableLength === 0;
    this.#chunks = [];
    if (!socket.writable) return false;
    socket.cork();
    for (const chunk of chunks)
      socket.write(mustCopy && chunk.buffer === this.#slab.buffer ? Buffer.from(chunk) : chunk);
    socket.uncork();
    return this.#isTakenBy(socket, mustCopy);
  }

  /** What the system has not taken it will read later, and not from memory that is used again. */
  #isTakenBy(socket: Socket, isCopied: boolean): boolean {
    const isTaken = socket.writableLength === 0;
    if (!isTaken && !isCopied) this.#slab = Buffer.allocUnsafeSlow(SLAB_BYTES);
    return isTaken;
  }

  /** In one piece and by hand, as a call for every part of it costs more than all of its bytes. */
  #addItem({ name, flags }: ReplySlot, value: Buffer, start: number, end: number): void {
    const nameBytes = name.length;
    if (this.#end + ITEM_FRAME_BYTES + nameBytes + end - start > SLAB_BYTES) this.#renew();
    const slab = this.#slab;
    const first = this.#end;
    let at = writeText(slab, first, 'VALUE ');
    at = writeText(slab, at, name);
    slab[at] = SPACE;
    at = writeNumber(slab, at + 1, flags);
    slab[at] = SPACE;
    at = writeNumber(slab, at + 1, end - start);
    slab[at] = CARRIAGE_RETURN;
    slab[at + 1] = LINE_FEED;
    at = copyBytes(value, start, end, slab, at + 2);
    at = writeText(slab, at, '\r\nEND\r\n');
    this.bytes += at - first;
    this.#end = at;
  }

  #addReply(reply: Reply): void {
    if (typeof reply === 'string') {
      this.#text(reply);
      return;
    }
    for (const piece of reply) {
      if (typeof piece === 'string') this.#text(piece);
      else this.#value(piece);
    }
  }

  #text(text: string): void {
    const { length } = text;
    if (this.#end + length > SLAB_BYTES) this.#renew();
    this.bytes += length;
    if (length > SLAB_BYTES) {
      this.#chunks.push(Buffer.from(text, 'latin1'));
      return;
    }
    if (length > MAX_TEXT_BY_HAND) this.#end += this.#slab.write(text, this.#end, 'latin1');
    else this.#end = writeText(this.#slab, this.#end, text);
  }

  #value(value: Buffer): void {
    const { length } = value;
    this.bytes += length;
    if (!isGathered(value, length)) {
      this.#cut();
      this.#chunks.push(isPart(value, length) ? Buffer.from(value) : value);
      return;
    }
    if (this.#end + length > SLAB_BYTES) this.#renew();
    this.#end = copyBytes(value, 0, length, this.#slab, this.#end);
  }

  /** Makes a chunk of what is in the slab since the last one. */
  #cut(): void {
    if (this.#end > this.#start) this.#chunks.push(this.#slab.subarray(this.#start, this.#end));
    this.#start = this.#end;
  }

  #renew(): void {
    this.#cut();
    this.#slab = Buffer.allocUnsafeSlow(SLAB_BYTES);
    this.#start = this.#end = 0;
  }
}

/** Whether the value is written from the slab. */
function isGathered(value: Buffer, size: number): boolean {
  return size <= MAX_COPY_BYTES || (size <= MAX_PART_BYTES && isPart(value, size));
}

/** Whether so many bytes are a small part of the memory that the value lies in. */
function isPart({ buffer }: Buffer, size: number): boolean {
  return size * MAX_SHARE < buffer.byteLength;
}
