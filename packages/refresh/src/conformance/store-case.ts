import { sleep } from '@lockstep/core';
import assert from 'node:assert/strict';

import type { Content, Shape } from '../store/content.ts';
import type { EntryStore, Replacement, StoredEntry } from '../store/entry-store.ts';

/** The store that is tested. */
export interface StoreUnderTest {
  /** The store of one more process. All stores of a case share one place, which is empty when the case begins. */
  open(this: void): EntryStore | Promise<EntryStore>;
  /** Lets that much time pass, by the clock of the store. @default waits */
  readonly pass?: (ms: number) => Promise<void>;
}

/** One thing that a store does. */
export interface StoreConformanceCase {
  /** A sentence; the subject is the store. */
  readonly name: string;
  /** Leave the case out where the store cannot hold one of these. */
  readonly needs: readonly Shape[];
  /** Rejects with an AssertionError when the store does otherwise. */
  readonly run: (store: StoreUnderTest) => Promise<void>;
}

/** What a case is given: the stores of two processes. */
export interface StoreCaseContext {
  readonly one: EntryStore;
  readonly other: EntryStore;
  readonly pass: (ms: number) => Promise<void>;
}

/** A case with two processes, which are closed when it ends. */
export function storeCase(
  name: string,
  test: (context: StoreCaseContext) => Promise<void>,
  needs: readonly Shape[] = [],
): StoreConformanceCase {
  return {
    name,
    needs,
    async run({ open, pass = sleep }) {
      const one = await open();
      const other = await open();
      try {
        await test({ one, other, pass });
      } finally {
        await Promise.all([one.close(), other.close()]);
      }
    },
  };
}

/** A value of this text. */
export function valueOf(text: string): Content {
  return { shape: 'value', value: Buffer.from(text) };
}

/** What a load with this ticket stores: fresh for a minute, and kept for another. */
export function replacementOf(ticket: number, content: Content | string, over: Partial<Replacement> = {}): Replacement {
  const whole = typeof content === 'string' ? valueOf(content) : content;
  return { ticket, content: whole, ttlMs: 60_000, staleForMs: 60_000, ...over };
}

/** Begins and stores. */
export async function put(
  store: EntryStore,
  key: string,
  ticket: number,
  content: Content | string,
  over: Partial<Replacement> = {},
): Promise<void> {
  assert.notEqual(await store.begin(key, ticket), undefined, `a load with ticket ${ticket} may not begin`);
  assert.equal(await store.replace(key, replacementOf(ticket, content, over)), 'stored');
}

/** The text of a value, or undefined. */
export async function textAt(store: EntryStore, key: string): Promise<string | undefined> {
  const entry = await store.read(key, 'value', { kind: 'whole' });
  return entry?.content.shape === 'value' ? entry.content.value.toString() : undefined;
}

/** The whole of what is stored, which must be there. */
export async function wholeOf(store: EntryStore, key: string, shape: Shape): Promise<StoredEntry> {
  const entry = await store.read(key, shape, { kind: 'whole' });
  assert.ok(entry !== undefined, 'nothing is stored');
  return entry;
}

/** Rejects unless `promise` rejects with an error of this code. */
export async function rejectsWith(promise: Promise<unknown>, code: string): Promise<void> {
  await assert.rejects(promise, (error) => (error as { readonly code?: unknown }).code === code, `not with ${code}`);
}
