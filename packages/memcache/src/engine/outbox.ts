import type { Socket } from 'node:net';

import { maxKeyBytes } from '../driver/key.ts';
import { writeNumber } from '../protocol/decimal.ts';
import type { Request } from './request.ts';

/** Above this many bytes a text or a value is handed to the socket as it is instead of being copied. */
export const maxInlineBytes = 2048;

const slabBytes = 64 * 1024;
/** Around key, tail and body: name, spaces, opaque number and line breaks. */
const frameBytes = 32;

const space = 0x20;
const letterO = 0x4f;
const carriageReturn = 0x0d;
const lineFeed = 0x0a;
const firstPlain = 0x21;
const lastPlain = 0x7e;

/** Gathers requests in one piece of memory, and gives them to the socket in one write. */
export class Outbox {
  readonly #socket: Socket;
  #slab: Buffer = Buffer.alloc(0);
  /** What is in the slab and not with the socket, from here to `#end`. */
  #start = 0;
  #end = 0;
  /** What comes before that: parts of slabs, long texts, and requests whose bodies come between them. */
  #chunks: (Buffer | string | Request)[] = [];
  #chunkBytes = 0;

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  /** Bytes that are gathered and not written. */
  get bytes(): number {
    return this.#chunkBytes + this.#end - this.#start;
  }

  /** Adds a command and, where there is one, the data block that follows it. */
  add(request: Request): void {
    const { text, body } = request;
    this.#addText(text);
    if (body === undefined) return;
    if (body.length <= maxInlineBytes) {
      this.#reserve(body.length + 2);
      this.#addBody(body);
      request.dropBody();
      return;
    }
    // Its owner may change it as soon as he has an answer, which an abort gives him before the bytes are written.
    request.isGathered = true;
    this.#cut();
    this.#chunks.push(request);
    this.#chunkBytes += body.length;
    this.#addText('\r\n');
  }

  /**
   * Adds `<name> <key><tail> O<opaque>` and the body, of at most `maxInlineBytes`. The key is checked on the way,
   * which costs half of what checking it and putting a text together do.
   *
   * @returns how many bytes that are; 0, and nothing is added, when the key is not of 1 to 250 printable ASCII bytes.
   */
  addKeyed(name: string, key: string, tail: string, opaque: number, body: Buffer | undefined): number {
    const keyBytes = key.length;
    if (keyBytes === 0 || keyBytes > maxKeyBytes) return 0;
    this.#reserve(frameBytes + keyBytes + tail.length + (body === undefined ? 0 : body.length));
    const slab = this.#slab;
    const start = this.#end;
    slab[start] = name.charCodeAt(0);
    slab[start + 1] = name.charCodeAt(1);
    slab[start + 2] = space;
    let at = start + 3;
    for (let index = 0; index < keyBytes; index++) {
      const code = key.charCodeAt(index);
      if (code < firstPlain || code > lastPlain) return 0;
      slab[at++] = code;
    }
    for (let index = 0; index < tail.length; index++) slab[at++] = tail.charCodeAt(index);
    slab[at] = space;
    slab[at + 1] = letterO;
    at = writeNumber(slab, at + 2, opaque);
    slab[at] = carriageReturn;
    slab[at + 1] = lineFeed;
    this.#end = at + 2;
    if (body !== undefined) this.#addBody(body);
    return this.#end - start;
  }

  /**
   * Writes what was gathered. Whether the socket asks for a pause makes no difference: what it holds is part of what
   * waits for its answer, of which `maxQueueBytes` admits no more.
   */
  flush(): void {
    const socket = this.#socket;
    if (this.#chunks.length === 0) {
      if (this.#end > this.#start) socket.write(this.#slab.subarray(this.#start, this.#end));
    } else {
      this.#cut();
      socket.cork();
      for (const chunk of this.#chunks) {
        if (typeof chunk === 'string') socket.write(chunk, 'latin1');
        else if (Buffer.isBuffer(chunk)) socket.write(chunk);
        else {
          socket.write(chunk.body!);
          chunk.isGathered = false;
          chunk.dropBody();
        }
      }
      socket.uncork();
      this.#chunks = [];
      this.#chunkBytes = 0;
    }
    this.#start = this.#end;
    // A socket that holds nothing back has no use for the slab any more.
    if (socket.writableLength === 0) this.#start = this.#end = 0;
  }

  #addText(text: string): void {
    if (text.length > maxInlineBytes) {
      this.#cut();
      this.#chunks.push(text);
      this.#chunkBytes += text.length;
      return;
    }
    this.#reserve(text.length);
    this.#end += this.#slab.write(text, this.#end, 'latin1');
  }

  #addBody(body: Buffer): void {
    const slab = this.#slab;
    slab.set(body, this.#end);
    const at = this.#end + body.length;
    slab[at] = carriageReturn;
    slab[at + 1] = lineFeed;
    this.#end = at + 2;
  }

  #reserve(bytes: number): void {
    if (this.#slab.length - this.#end >= bytes) return;
    this.#cut();
    this.#slab = Buffer.allocUnsafeSlow(slabBytes);
    this.#start = this.#end = 0;
  }

  #cut(): void {
    if (this.#end === this.#start) return;
    this.#chunks.push(this.#slab.subarray(this.#start, this.#end));
    this.#chunkBytes += this.#end - this.#start;
    this.#start = this.#end;
  }
}
