import { MemcacheError, type MemcacheErrorCode } from '../../src/driver/memcache-error.ts';
import { told } from './told-value.ts';

/** These promise that nothing was sent. */
const unsentCodes: ReadonlySet<MemcacheErrorCode> = new Set<MemcacheErrorCode>([
  'ERR_MEMCACHE_BAD_KEY',
  'ERR_MEMCACHE_NODE_DOWN',
  'ERR_MEMCACHE_OVERLOADED',
]);

/** Versions of a key that are remembered, more than can come while one read is in flight. */
const keptVersions = 20_000;

/** `unknown`: it rejected, and may have been carried out or may still be. `unsent`: it cannot have been. */
export type WriteState = 'pending' | 'done' | 'unsent' | 'unknown';

interface Writes {
  /** By version; a delete has one too. */
  readonly states: Map<number, WriteState>;
  readonly seen: Set<number>;
  /** The newest version that was acknowledged. */
  newest: number;
}

/**
 * What was written under each key, and whether what is read can be true. One writer for each key,
 * one write at a time, so that versions are in the order of the calls.
 */
export class History {
  /** What cannot be true, in words. */
  readonly lies: string[] = [];
  /** Rejections by code; what is no MemcacheError counts under its text. */
  readonly codes = new Map<string, number>();
  /** Keys with a rejected call. */
  readonly failedKeys = new Set<string>();
  hits = 0;
  misses = 0;
  stored = 0;
  readonly #writes = new Map<string, Writes>();
  #version = 0;

  /** Rejections that are no MemcacheError. */
  get strangers(): string[] {
    return [...this.codes.keys()].filter((code) => !code.startsWith('ERR_MEMCACHE_'));
  }

  /** A version for a write on that key, which is about to be made. */
  begin(key: string): number {
    const version = ++this.#version;
    this.#of(key).states.set(version, 'pending');
    return version;
  }

  /** The write has ended. */
  end(key: string, version: number, state: WriteState): void {
    const writes = this.#of(key);
    writes.states.set(version, state);
    if (state === 'unsent' && writes.seen.has(version))
      this.lies.push(`${key}: version ${version} was not sent, and read`);
    if (state !== 'done') return;
    this.stored++;
    writes.newest = version;
    if (writes.states.size < 2 * keptVersions) return;
    for (const [old, oldState] of [...writes.states].slice(0, keptVersions)) {
      if (oldState === 'unknown') continue;
      writes.states.delete(old);
      writes.seen.delete(old);
    }
  }

  /** What a read that begins now may not fall behind. */
  newest(key: string): number {
    return this.#of(key).newest;
  }

  /** A read of `key` that began when `newest` was the newest version has returned `value`. */
  check(key: string, newest: number, value: Buffer | undefined): void {
    if (value === undefined) {
      this.misses++;
      return;
    }
    this.hits++;
    const writes = this.#of(key);
    const said = told(value);
    const state = said?.key === key ? writes.states.get(said.version) : undefined;
    if (said === undefined || state === undefined) {
      this.lies.push(`${key}: nobody wrote ${JSON.stringify(value.toString('latin1', 0, 80))} (${value.length} bytes)`);
    } else if (state === 'unsent') this.lies.push(`${key}: version ${said.version} was not sent`);
    else if (state === 'done' && said.version < newest)
      this.lies.push(`${key}: version ${said.version} came after version ${newest} was confirmed`);
    else writes.seen.add(said.version);
  }

  /** A call on `key` has rejected. @returns what became of it, if it was a write. */
  fail(key: string | undefined, error: unknown): 'unsent' | 'unknown' {
    const code = error instanceof MemcacheError ? error.code : String(error);
    this.codes.set(code, (this.codes.get(code) ?? 0) + 1);
    if (key !== undefined) this.failedKeys.add(key);
    return unsentCodes.has(code as MemcacheErrorCode) ? 'unsent' : 'unknown';
  }

  #of(key: string): Writes {
    let writes = this.#writes.get(key);
    if (writes === undefined) this.#writes.set(key, (writes = { states: new Map(), seen: new Set(), newest: 0 }));
    return writes;
  }
}
