import { CHAR_CODE_AT } from '@lockstep/core';
import type { Key } from '@lockstep/memcache';

const charCodeAt = CHAR_CODE_AT;

/** What belongs to a prefix. */
export interface PrefixEntry<T> {
  readonly prefix: Buffer;
  readonly value: T;
}

/**
 * Finds the value of the longest prefix of a key. A lookup takes one step for each byte of the key that
 * still is the beginning of some prefix, however many prefixes there are.
 */
export class PrefixTable<T> {
  /** A number for every byte that occurs in a prefix; 0 for the others. */
  readonly #symbols = new Uint8Array(256);
  readonly #width: number;
  /** For each node and symbol the next node; 0 for none, as nothing leads to the root. */
  readonly #next: Int32Array;
  readonly #values: (T | undefined)[] = [undefined];

  constructor(entries: readonly PrefixEntry<T>[]) {
    let width = 1;
    let nodes = 1;
    for (const { prefix } of entries) {
      nodes += prefix.length;
      for (const byte of prefix) if (this.#symbols[byte] === 0) this.#symbols[byte] = width++;
    }
    this.#width = width;
    this.#next = new Int32Array(nodes * width);
    for (const { prefix, value } of entries) this.#insert(prefix, value);
  }

  find(key: Key): T | undefined {
    return typeof key === 'string' ? this.#findText(key) : this.#findBytes(key);
  }

  #findBytes(key: Buffer): T | undefined {
    let node = 0;
    let found = this.#values[0];
    for (let index = 0; index < key.length; index++) {
      node = this.#next[node * this.#width + this.#symbols[key[index]!]!]!;
      if (node === 0) break;
      found = this.#values[node] ?? found;
    }
    return found;
  }

  /** As bytes, without turning the key into bytes where its beginning is ASCII. */
  #findText(key: string): T | undefined {
    let node = 0;
    let found = this.#values[0];
    for (let index = 0; index < key.length; index++) {
      const code = charCodeAt.call(key, index);
      if (code > 0x7f) return this.#findBytes(Buffer.from(key));
      node = this.#next[node * this.#width + this.#symbols[code]!]!;
      if (node === 0) break;
      found = this.#values[node] ?? found;
    }
    return found;
  }

  #insert(prefix: Buffer, value: T): void {
    let node = 0;
    for (const byte of prefix) {
      const slot = node * this.#width + this.#symbols[byte]!;
      if (this.#next[slot] === 0) this.#next[slot] = this.#values.push(undefined) - 1;
      node = this.#next[slot]!;
    }
    this.#values[node] = value;
  }
}
