import { CHAR_CODE_AT } from '@lockstep/core';

import { writeNumber } from './decimal.ts';

const charCodeAt = CHAR_CODE_AT;
const carriageReturn = 0x0d;
const lineFeed = 0x0a;
const space = 0x20;
const letterO = 0x4f;
/** Copying fewer bytes than these one by one is cheaper than a call. */
const maxCopiedByHand = 48;

/** Writes commands one behind the other into a piece of memory that has room for all of them. */
export class CommandBytes {
  readonly bytes: Buffer;
  /** Where the next one starts. */
  end = 0;

  constructor(size: number) {
    this.bytes = Buffer.allocUnsafeSlow(size);
  }

  /** `<name> <key><tail> O<opaque>` and its line break. A key in bytes is one that goes over the wire as it is. */
  command(name: string, key: string | Buffer, tail: string, opaque: number): void {
    this.text(name);
    this.bytes[this.end++] = space;
    if (typeof key === 'string') this.text(key);
    else this.data(key);
    this.text(tail);
    this.bytes[this.end] = space;
    this.bytes[this.end + 1] = letterO;
    this.end = writeNumber(this.bytes, this.end + 2, opaque);
    this.lineBreak();
  }

  /** Bytes as they are. */
  data(data: Buffer): void {
    const { length } = data;
    if (length > maxCopiedByHand) this.bytes.set(data, this.end);
    else for (let at = 0; at < length; at++) this.bytes[this.end + at] = data[at]!;
    this.end += length;
  }

  /** A text of one character per byte. */
  text(text: string): void {
    for (let at = 0; at < text.length; at++) this.bytes[this.end + at] = charCodeAt.call(text, at);
    this.end += text.length;
  }

  lineBreak(): void {
    this.bytes[this.end] = carriageReturn;
    this.bytes[this.end + 1] = lineFeed;
    this.end += 2;
  }
}
