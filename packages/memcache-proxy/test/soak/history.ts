import { stateOf, type WriteAnswer, type WriteState } from './answers.ts';
import type { HookLog } from './hook-log.ts';
import { flagsOf, told } from './told-value.ts';

/** Versions of a key that are remembered, more than can come while one read is in flight. */
const KEPT_VERSIONS = 2000;
/** One fault makes lies of several kinds, of which the test of the soak itself wants one that may be rare. */
const MAX_LIES = 2000;

/** A value as a client read it. */
export interface ReadValue {
  readonly value: Buffer;
  readonly flags: number;
}

interface Writes {
  /** By version, in the order of the calls; a delete has one too. */
  readonly states: Map<number, WriteState>;
  /** Versions that were read before it was known what became of them. */
  readonly early: Set<number>;
  /** The newest version that was confirmed. */
  newest: number;
  latest: number;
  /** Deletes that the hook had heard of when the latest write began. */
  deletes: number;
}

/** Keys whose confirmed writes need not be there yet, or not everywhere: the README says so of their write policies. */
export function isLoose(key: string): boolean {
  return key.startsWith('async:') || key.startsWith('first:');
}

/**
 * What was written under each key, and whether what is read can be true. One writer for each key, whose
 * versions are in the order of its calls.
 */
export class History {
  /** What cannot be true, in words; the first of it. */
  readonly lies: string[] = [];
  /** Answers that were errors, by code. */
  readonly codes = new Map<string, number>();
  hits = 0;
  misses = 0;
  confirmed = 0;
  operations = 0;
  readonly #hook: HookLog;
  readonly #writes = new Map<string, Writes>();

  constructor(hook: HookLog) {
    this.#hook = hook;
  }

  lie(text: string): void {
    if (this.lies.length < MAX_LIES) this.lies.push(text);
  }

  /** Counts an answer that was an error. */
  failed(code: string): void {
    this.codes.set(code, (this.codes.get(code) ?? 0) + 1);
  }

  /** A version for a write on that key, which is about to be made. */
  begin(key: string): number {
    const writes = this.#of(key);
    const version = this.#hook.nextVersion();
    writes.states.set(version, 'pending');
    writes.latest = version;
    writes.deletes = this.#hook.deletesOf(key);
    return version;
  }

  /** The write was answered, or never will be. `isSet`: it was to leave a value. */
  end(key: string, version: number, answer: WriteAnswer, isSet: boolean): void {
    this.operations++;
    const writes = this.#of(key);
    const state = stateOf(answer);
    if (answer.startsWith('ERR_')) this.failed(answer);
    if (state === undefined) this.lie(`${key}: a write was answered with ${answer}`);
    // Of a policy that answers early, `done` promises nothing yet.
    const known = state === 'done' && isLoose(key) ? 'unknown' : (state ?? 'unknown');
    writes.states.set(version, known);
    if (known === 'unsent' && writes.early.has(version)) this.lie(`${key}: version ${version} was refused, and read`);
    writes.early.delete(version);
    this.#checkHook(key, version, answer, isSet, writes);
    if (known !== 'done') return;
    this.confirmed++;
    writes.newest = Math.max(writes.newest, version);
    if (writes.states.size > 2 * KEPT_VERSIONS) forgetOld(writes);
  }

  /** What a read that begins now may not fall behind. */
  newest(key: string): number {
    return this.#of(key).newest;
  }

  /** The latest version that was begun. */
  latest(key: string): number {
    return this.#of(key).latest;
  }

  /** Whether a confirmed write is what the version is. */
  isConfirmed(key: string, version: number): boolean {
    return this.#of(key).states.get(version) === 'done';
  }

  /**
   * A read has found that, after `newest` was confirmed and, where `latest` is given, before any write after that.
   *
   * @returns the version of a value.
   */
  check(key: string, newest: number, found: ReadValue | undefined, latest = Infinity): number | undefined {
    this.operations++;
    if (found === undefined) {
      this.misses++;
      return undefined;
    }
    this.hits++;
    const { value, flags } = found;
    const said = told(value);
    const writes = this.#of(key);
    const state = said?.key === key ? writes.states.get(said.version) : undefined;
    if (said === undefined || state === undefined) {
      this.lie(`${key}: nobody wrote ${JSON.stringify(value.toString('latin1', 0, 80))} (${value.length} bytes)`);
      return undefined;
    }
    const { version } = said;
    if (flags !== flagsOf(version)) this.lie(`${key}: version ${version} with the flags ${flags}`);
    if (state === 'unsent') this.lie(`${key}: version ${version} was refused, and read later`);
    if (state === 'done' && version < newest)
      this.lie(`${key}: version ${version} came after version ${newest} was confirmed`);
    if (version > latest) this.lie(`${key}: version ${version} came before it was asked for, after ${latest}`);
    if (state === 'pending') writes.early.add(version);
    return version;
  }

  /** The hook hears of a confirmed write before the client, and of every doubtful one as a delete. */
  #checkHook(key: string, version: number, answer: WriteAnswer, isSet: boolean, { deletes }: Writes): void {
    const hasHeard = this.#hook.forget(version);
    if (isLoose(key) || !this.#hook.isUsed) return;
    if (answer === 'done' && isSet && !hasHeard) this.lie(`${key}: the hook has not heard of version ${version}`);
    const isDelete = (answer === 'done' && !isSet) || answer === 'ERR_MEMCACHE_PROXY_WRITE_UNKNOWN';
    if (isDelete && this.#hook.deletesOf(key) === deletes)
      this.lie(`${key}: the hook has not heard of the delete ${version} (${answer})`);
  }

  #of(key: string): Writes {
    let writes = this.#writes.get(key);
    if (writes === undefined) {
      writes = { states: new Map(), early: new Set(), newest: 0, latest: 0, deletes: 0 };
      this.#writes.set(key, writes);
    }
    return writes;
  }
}

/** What is forgotten here and read later counts as written by nobody. */
function forgetOld({ states, newest }: Writes): void {
  let left = KEPT_VERSIONS;
  for (const [version, state] of states) {
    if (left-- === 0) return;
    if (state !== 'unknown' && state !== 'pending' && version !== newest) states.delete(version);
  }
}
