import { wrongType } from './reply.ts';
import type { StreamValue } from './stream-value.ts';

/** A hash. */
export interface HashValue {
  readonly kind: 'hash';
  readonly fields: Map<string, string>;
}

/** A string. */
export interface StringValue {
  readonly kind: 'string';
  readonly text: string;
}

/** What a key may hold. */
export type StoredValue = StringValue | HashValue | StreamValue;

interface Slot {
  readonly value: StoredValue;
  readonly expiresAt: number;
}

/** The data of a simulated Redis. Keys and values hold one byte per character. */
export class Keyspace {
  #slots = new Map<string, Slot>();
  readonly #now: () => number;

  /** `now` is the wall clock of the server in milliseconds. */
  constructor(now: () => number) {
    this.#now = now;
  }

  get(key: string): StoredValue | undefined {
    const slot = this.#slots.get(key);
    if (slot === undefined || slot.expiresAt > this.#now()) return slot?.value;
    this.#slots.delete(key);
    return undefined;
  }

  /** The value where it is of this kind, undefined where there is none; WRONGTYPE otherwise. */
  getAs<Kind extends StoredValue['kind']>(key: string, kind: Kind): Extract<StoredValue, { kind: Kind }> | undefined {
    const value = this.get(key);
    if (value !== undefined && value.kind !== kind) throw wrongType();
    return value as Extract<StoredValue, { kind: Kind }> | undefined;
  }

  /** When the key goes, in milliseconds of the wall clock. */
  expiresAt(key: string): number {
    return this.get(key) === undefined ? -Infinity : (this.#slots.get(key)?.expiresAt ?? -Infinity);
  }

  set(key: string, value: StoredValue, expiresAt: number = Infinity): void {
    this.#slots.set(key, { value, expiresAt });
  }

  expire(key: string, expiresAt: number): boolean {
    const value = this.get(key);
    if (value !== undefined) this.#slots.set(key, { value, expiresAt });
    return value !== undefined;
  }

  delete(key: string): boolean {
    return this.get(key) !== undefined && this.#slots.delete(key);
  }

  clear(): void {
    this.#slots.clear();
  }

  keys(): string[] {
    return [...this.#slots.keys()].filter((key) => this.get(key) !== undefined);
  }

  /** A copy of everything, for `restore`. */
  dump(): Map<string, Slot> {
    return copyOf(this.#slots);
  }

  restore(dump: ReadonlyMap<string, Slot>): void {
    this.#slots = copyOf(dump);
  }
}

function copyOf(slots: ReadonlyMap<string, Slot>): Map<string, Slot> {
  return new Map(Array.from(slots, ([key, { value, expiresAt }]) => [key, { value: copyOfValue(value), expiresAt }]));
}

/** Strings and entries of streams never change. */
function copyOfValue(value: StoredValue): StoredValue {
  if (value.kind === 'hash') return { ...value, fields: new Map(value.fields) };
  return value.kind === 'stream' ? { ...value, entries: [...value.entries] } : value;
}
