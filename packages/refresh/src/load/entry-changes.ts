import type { Clock } from '@lockstep/core';

import type { DefinitionTable } from '../definition/definition-table.ts';
import type { RefreshQueue } from '../queue/refresh-queue.ts';
import { RefreshError } from '../refresh-error.ts';
import type { EntryStore } from '../store/entry-store.ts';
import type { Announcer } from './announcer.ts';

/** Changes that do not come from a load. */
export interface EntryChanges {
  /**
   * The entry is wrong from now on: `expire` (the default) serves it as stale until it is refreshed, `remove` takes it
   * away. No load that has begun before is stored. Copies are told by the log, and a refresh is asked for.
   *
   * @throws RefreshError ERR_REFRESH_KEY, ERR_REFRESH_UNKNOWN_SOURCE, ERR_REFRESH_STORE (nothing is known to be done, or
   *   the log was not told) or ERR_REFRESH_QUEUE (all but the refresh is done). Doing it again is harmless.
   */
  invalidate(key: string, how?: 'expire' | 'remove', options?: ChangeOptions): Promise<void>;
  /**
   * Replaces, adds or (undefined) takes away single elements of a hash. Its freshness stays. False, and nothing was
   * changed, when there is no entry.
   *
   * @throws as `invalidate`, ERR_REFRESH_CONTENT, and TypeError for a source of another shape.
   */
  patch(key: string, elements: ReadonlyMap<string, unknown>, options?: ChangeOptions): Promise<boolean>;
}

/** Bounds on a change. */
export interface ChangeOptions {
  /** Gives up, with its reason. */
  readonly signal?: AbortSignal | undefined;
}

/** What changes work with. */
export interface EntryChangeWorks {
  readonly store: EntryStore;
  readonly queue: Pick<RefreshQueue, 'enqueue'>;
  readonly definitions: DefinitionTable;
  readonly announcer: Announcer;
  readonly clock: Clock;
}

/** Makes them. */
export function createEntryChanges({ store, queue, definitions, announcer, clock }: EntryChangeWorks): EntryChanges {
  const unheard = (source: string): RefreshError =>
    new RefreshError('ERR_REFRESH_STORE', 'it is done, but the invalidation log was not told', { source });
  return {
    async invalidate(key, how = 'expire', { signal } = {}) {
      const { name: source } = definitions.find(key).definition;
      if (how !== 'expire' && how !== 'remove') throw new TypeError('how must be expire or remove');
      // First the entry, then the task: whoever drops a task and finds a fresh entry then has dropped none of these.
      await store.invalidate(key, how, { signal });
      const [isTold] = await Promise.all([
        announcer.tell({ key, source, kind: 'invalidated', reason: undefined, ticket: undefined }, signal),
        queue.enqueue({ key, reason: 'invalidated', requestedAt: clock.now() }, { signal }),
      ]);
      if (!isTold) throw unheard(source);
    },
    async patch(key, elements, { signal } = {}) {
      const { definition } = definitions.find(key);
      const { name: source, shape } = definition;
      if (shape !== 'hash') throw new TypeError(`${source} is a ${shape}, and only elements of a hash are patched`);
      const encoded = new Map(
        Array.from(elements, ([id, element]) => [
          id,
          element === undefined ? undefined : definition.encodeElement(element),
        ]),
      );
      if (!(await store.patch(key, encoded, { signal }))) return false;
      const notice = { key, source, kind: 'patched', reason: undefined, ticket: undefined } as const;
      if (!(await announcer.tell(notice, signal))) throw unheard(source);
      return true;
    },
  };
}
