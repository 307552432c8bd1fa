import type { Lease, Locks } from '@lockstep/lock';

import type { EntryStore } from '../../src/index.ts';

/** A rule that is taken away. */
export interface Sabotage {
  readonly store?: (store: EntryStore) => EntryStore;
  readonly locks?: (locks: Locks) => Locks;
}

/** The store takes every write, however late: each becomes one of a new load. */
function withoutTickets(store: EntryStore): EntryStore {
  let ticket = 0;
  return {
    ...bound(store),
    begin: (key) => store.begin(key, ++ticket),
    async replace(key, replacement) {
      await store.begin(key, ++ticket);
      return store.replace(key, { ...replacement, ticket });
    },
  };
}

/** An invalidation expires the entry and does not supersede what is being loaded. */
function withoutSuperseding(store: EntryStore): EntryStore {
  let ticket = 0;
  const running = new Map<string, { readonly given: number; own: number }>();
  return {
    ...bound(store),
    async begin(key, given) {
      if (given < (running.get(key)?.given ?? 0)) return undefined;
      running.set(key, { given, own: ++ticket });
      return store.begin(key, ticket);
    },
    async replace(key, replacement) {
      const load = running.get(key);
      if (load?.given !== replacement.ticket) return 'superseded';
      return store.replace(key, { ...replacement, ticket: load.own });
    },
    async invalidate(key, how) {
      await store.invalidate(key, how);
      const load = running.get(key);
      if (load === undefined) return;
      load.own = ++ticket;
      await store.begin(key, ticket);
    },
  };
}

/** Nobody is told what is there. */
function withoutGate(store: EntryStore): EntryStore {
  return {
    ...bound(store),
    async begin(key, ticket) {
      const begun = await store.begin(key, ticket);
      return begun && { present: undefined };
    },
  };
}

/** Everybody has the lock. */
function withoutLock(locks: Locks): Locks {
  let names = 0;
  const own = async (_key: string, options?: object): Promise<Lease> =>
    (await locks.tryAcquire(`own ${process.pid} ${Math.random()} ${names++}`, options))!;
  return { ...locks, acquire: own, tryAcquire: own };
}

function bound(store: EntryStore): EntryStore {
  return {
    shapes: store.shapes,
    read: (...args) => store.read(...args),
    begin: (...args) => store.begin(...args),
    replace: (...args) => store.replace(...args),
    prolong: (...args) => store.prolong(...args),
    patch: (...args) => store.patch(...args),
    invalidate: (...args) => store.invalidate(...args),
    admit: (...args) => store.admit(...args),
    close: () => store.close(),
    [Symbol.asyncDispose]: () => store.close(),
  };
}

/** Each with what must be noticed of it. */
export const sabotages: readonly { readonly name: string; readonly sabotage: Sabotage; readonly notices: string }[] = [
  { name: 'the ticket', sabotage: { store: withoutTickets }, notices: 'an older load' },
  { name: 'superseding', sabotage: { store: withoutSuperseding }, notices: 'before an invalidation' },
  { name: 'the gate', sabotage: { store: withoutGate }, notices: 'though the entry was fresh' },
  { name: 'the lock', sabotage: { locks: withoutLock }, notices: 'two loads of one key' },
];
