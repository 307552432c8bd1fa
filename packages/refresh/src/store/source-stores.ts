import { sourceOf } from '../definition/refresh-key.ts';
import type { Shape } from './content.ts';
import type { EntryStore } from './entry-store.ts';

/** Which store has the entries of which source. */
export interface SourceStoresOptions {
  /** Has those of every source that is not in `bySource`. */
  readonly rest: EntryStore;
  /** By name of the source. */
  readonly bySource: ReadonlyMap<string, EntryStore>;
}

/** One store made of several, by the source of a key. Closing it closes all of them. */
export function createSourceStores({ rest, bySource }: SourceStoresOptions): EntryStore {
  const stores = new Set([rest, ...bySource.values()]);
  const of = (key: string): EntryStore => bySource.get(sourceOf(key)) ?? rest;
  const close = async (): Promise<void> => {
    await Promise.all([...stores].map((store) => store.close()));
  };
  return {
    shapes: new Set([...stores].flatMap(({ shapes }): Shape[] => [...shapes])),
    read: (key, ...args) => of(key).read(key, ...args),
    begin: (key, ...args) => of(key).begin(key, ...args),
    replace: (key, ...args) => of(key).replace(key, ...args),
    prolong: (key, ...args) => of(key).prolong(key, ...args),
    patch: (key, ...args) => of(key).patch(key, ...args),
    invalidate: (key, ...args) => of(key).invalidate(key, ...args),
    admit: (source, ...args) => of(source).admit(source, ...args),
    close,
    [Symbol.asyncDispose]: close,
  };
}
