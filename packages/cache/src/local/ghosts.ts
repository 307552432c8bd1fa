import { CHAR_CODE_AT } from '@lockstep/core';

const charCodeAt = CHAR_CODE_AT;
/** How much of a long id counts: that much of its beginning and of its end. */
const SAMPLE = 32;

/**
 * The ids that were pushed out lately after a single use: who comes back so soon is worth keeping. It holds 32 bits of
 * each id and may forget or mistake one; that costs a hit at most. The memory is taken with the first id.
 */
export class Ghosts {
  #prints: Uint32Array = new Uint32Array(0);
  #times: Uint32Array = new Uint32Array(0);
  #time = 0;

  /** Remembers an id until about `span` others have come after it. */
  add(id: string, seed: number, span: number): void {
    if (this.#prints.length < span) this.#makeRoom(span);
    const print = printOf(id, seed);
    const index = print & (this.#prints.length - 1);
    this.#time = (this.#time + 1) >>> 0;
    this.#prints[index] = print;
    this.#times[index] = this.#time;
  }

  /** Whether the id is remembered among the last `span`; it is forgotten then. */
  take(id: string, seed: number, span: number): boolean {
    if (this.#prints.length === 0) return false;
    const print = printOf(id, seed);
    const index = print & (this.#prints.length - 1);
    if (this.#prints[index] !== print || (this.#time - this.#times[index]!) >>> 0 >= span) return false;
    this.#prints[index] = 0;
    return true;
  }

  #makeRoom(span: number): void {
    const length = 2 ** Math.ceil(Math.log2(Math.max(span, 16)));
    const [prints, times] = [this.#prints, this.#times];
    this.#prints = new Uint32Array(length);
    this.#times = new Uint32Array(length);
    for (const [old, print] of prints.entries()) {
      const index = print & (length - 1);
      this.#prints[index] = print;
      this.#times[index] = times[old]!;
    }
  }
}

/** FNV-1a over the code units, mixed at the end so that the low bits may serve as an index. Never 0. */
function printOf(id: string, seed: number): number {
  let hash = 0x811c9dc5 ^ seed ^ id.length;
  const long = id.length > 2 * SAMPLE;
  const end = long ? SAMPLE : id.length;
  for (let at = 0; at < end; at++) hash = Math.imul(hash ^ charCodeAt.call(id, at), 0x01000193);
  if (long)
    for (let at = id.length - SAMPLE; at < id.length; at++)
      hash = Math.imul(hash ^ charCodeAt.call(id, at), 0x01000193);
  hash ^= hash >>> 16;
  hash = Math.imul(hash, 0x85ebca6b);
  hash ^= hash >>> 13;
  return hash >>> 0 || 1;
}
