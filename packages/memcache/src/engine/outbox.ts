import type { Socket } from 'node:net';

import { CHAR_CODE_AT } from '@lockstep/core';

import { maxKeyBytes } from '../driver/key.ts';
import { copyBytes } from '../protocol/copy-bytes.ts';
import { writeNumber } from '../protocol/decimal.ts';
import type { Request } from './request.ts';

/** Above this many bytes a text or a value is handed to the socket as it is instead of being copied. */
export const maxInlineBytes = 2048;

const charCodeAt = CHAR_CODE_AT;
const slabBytes = 64 * 1024;
/** Around key, tail and body: name, spaces, opaque number and line breaks. */
const frameBytes = 32;
/** As `frameBytes` of a store, with its three numbers and their letters. */
const storeFrameBytes = 80;

const space = 0x20;
const letterO = 0x4f;
const letterM = 0x6d;
const letterG = 0x67;
const letterS = 0x73;
const letterV = 0x76;
const letterF = 0x66;
const letterT = 0x54;
const letterBigF = 0x46;
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
   * Adds `<name> <key><tail> O<opaque>`, whose name starts with `m`, and the body, of at most `maxInlineBytes`. The key is checked on the way,
   * which costs half of what checking it and putting a text together do.
   *
   * @returns how many bytes that are; 0, and nothing is added, when the key is not of 1 to 250 printable ASCII bytes.
   */
  addKeyed(name: string, key: string, tail: string, opaque: number, body: Buffer | undefined): number {
    const keyBytes = key.length;
    if (keyBytes === 0 || keyBytes > maxKeyBytes) return 0;
    this.#reserve(frameBytes + keyBytes + tail.length + (body === undefined ? 0 : body.length));
    let at = this.#writeKey(name.charCodeAt(1), key);
    if (at === 0) return 0;
    const start = this.#end;
    const slab = this.#slab;
    for (let index = 0; index < tail.length; index++) slab[at++] = charCodeAt.call(tail, index);
    this.#end = this.#writeOpaque(at, opaque);
    if (body !== undefined) this.#addBody(body);
    return this.#end - start;
  }

  /** As `addKeyed`, of the `mg` for value and flags. */
  addRead(key: string, opaque: number): number {
    const keyBytes = key.length;
    if (keyBytes === 0 || keyBytes > maxKeyBytes) return 0;
    this.#reserve(frameBytes + keyBytes);
    const at = this.#writeKey(letterG, key);
    if (at === 0) return 0;
    const start = this.#end;
    const slab = this.#slab;
    slab[at] = space;
    slab[at + 1] = letterV;
    slab[at + 2] = space;
    slab[at + 3] = letterF;
    this.#end = this.#writeOpaque(at + 4, opaque);
    return this.#end - start;
  }

  /** As `addKeyed`, of the `ms` of what `bytes` hold from `from` to `to`, without a condition. */
  addStore(
    key: string,
    opaque: number,
    bytes: Buffer,
    from: number,
    to: number,
    flags: number,
    ttlSeconds: number,
  ): number {
    const keyBytes = key.length;
    const size = to - from;
    if (keyBytes === 0 || keyBytes > maxKeyBytes) return 0;
    this.#reserve(storeFrameBytes + keyBytes + size);
    let at = this.#writeKey(letterS, key);
    if (at === 0) return 0;
    const start = this.#end;
    const slab = this.#slab;
    slab[at] = space;
    at = writeNumber(slab, at + 1, size);
    if (ttlSeconds !== 0) {
      slab[at] = space;
      slab[at + 1] = letterT;
      at = writeNumber(slab, at + 2, ttlSeconds);
    }
    if (flags !== 0) {
      slab[at] = space;
      slab[at + 1] = letterBigF;
      at = writeNumber(slab, at + 2, flags);
    }
    at = copyBytes(bytes, from, to, slab, this.#writeOpaque(at, opaque));
    slab[at] = carriageReturn;
    slab[at + 1] = lineFeed;
    this.#end = at + 2;
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

  /** Writes `m<second> <key>` behind all else; returns where it ends, or 0 for a key that is not plain. */
  #writeKey(second: number, key: string): number {
    const slab = this.#slab;
    let at = this.#end;
    slab[at] = letterM;
    slab[at + 1] = second;
    slab[at + 2] = space;
    at += 3;
    for (let index = 0; index < key.length; index++) {
      const code = charCodeAt.call(key, index);
      if (code < firstPlain || code > lastPlain) return 0;
      slab[at++] = code;
    }
    return at;
  }

  /** Writes ` O<opaque>` and the line break; returns where that ends. */
  #writeOpaque(start: number, opaque: number): number {
    const slab = this.#slab;
    slab[start] = space;
    slab[start + 1] = letterO;
    const at = writeNumber(slab, start + 2, opaque);
    slab[at] = carriageReturn;
    slab[at + 1] = lineFeed;
    return at + 2;
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
