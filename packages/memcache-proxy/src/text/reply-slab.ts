import type { Socket } from 'node:net';

import type { ReplySlot } from './reply-slot.ts';
import type { Reply } from './reply.ts';

const SLAB_BYTES = 32_768;
/** Values up to here are copied into the slab; larger ones are handed to the socket as they are. */
const MAX_COPY_BYTES = 4096;

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

  /** Adds the answer of a slot. */
  add(slot: ReplySlot): void {
    if (!slot.isGet) {
      this.#addReply(slot.reply);
      return;
    }
    const { item } = slot;
    if (item === undefined) this.#text('END\r\n');
    else {
      this.#text(`VALUE ${slot.name} ${item.flags} ${item.value.length}\r\n`);
      this.#value(item.value);
      this.#text('\r\nEND\r\n');
    }
  }

  /** Writes what was added, in one system call where the socket allows. */
  flushTo(socket: Socket): void {
    this.#cut();
    const chunks = this.#chunks;
    if (chunks.length === 0) {
      this.#start = this.#end = 0;
      return;
    }
    this.#chunks = [];
    this.#start = this.#end = 0;
    if (!socket.writable) return;
    // Here it is certain that the system will not take them at once, and a copy of its size keeps less than a slab.
    const mustCopy = socket.writableLength > 0 || 'encrypted' in socket;
    socket.cork();
    for (const chunk of chunks)
      socket.write(mustCopy && chunk.buffer === this.#slab.buffer ? Buffer.from(chunk) : chunk);
    socket.uncork();
    // What the system has not taken it will read later.
    if (!mustCopy && socket.writableLength > 0) this.#slab = Buffer.allocUnsafeSlow(SLAB_BYTES);
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
    this.#end += this.#slab.write(text, this.#end, 'latin1');
  }

  #value(value: Buffer): void {
    const { length } = value;
    this.bytes += length;
    if (length > MAX_COPY_BYTES) {
      this.#cut();
      this.#chunks.push(value);
      return;
    }
    if (this.#end + length > SLAB_BYTES) this.#renew();
    this.#slab.set(value, this.#end);
    this.#end += length;
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
