import type { EntryBody } from '../entry-body.ts';
import type { PublishRequest } from '../publish-request.ts';

/** Keeps an entry small enough not to hold up the log, and a reply of a hundred of them within its deadline. */
const MAX_KEYS_PER_ENTRY = 1000;
const MAX_BYTES_PER_ENTRY = 32_768;

/** An entry that is still being filled with the publishes of one turn. */
export interface EntryDraft extends EntryBody {
  isAwaited: boolean;
  /** What its keys and tags weigh. */
  bytes: number;
}

/** The part of the entries of one turn that belongs to one shard, and who waits for which of them. */
export interface ShardDrafts<Waiter> {
  readonly drafts: EntryDraft[];
  /** The last entry that each waiter has a part in. */
  readonly lastOf: Map<Waiter, number>;
}

interface OpenDrafts<Waiter> extends ShardDrafts<Waiter> {
  /** The last entry of each origin and trace. */
  readonly open: Map<string, number>;
}

/**
 * Packs requests into entries by shard. Only those that say the same about themselves share an entry.
 *
 * `shardOf` takes a key as it is heard.
 */
export function draftEntries<Waiter extends { readonly request: PublishRequest; readonly isAwaited: boolean }>(
  waiters: readonly Waiter[],
  shardOf: (key: string | Buffer) => number,
): Map<number, ShardDrafts<Waiter>> {
  const shards = new Map<number, OpenDrafts<Waiter>>();

  function draftFor(waiter: Waiter, shard: number, bytes: number): EntryDraft {
    let of = shards.get(shard);
    if (of === undefined) shards.set(shard, (of = { drafts: [], lastOf: new Map(), open: new Map() }));
    const { origin, traceId } = waiter.request;
    const name = origin === undefined && traceId === undefined ? '' : JSON.stringify([origin, traceId]);
    let index = of.open.get(name);
    let draft = index === undefined ? undefined : of.drafts[index];
    if (index === undefined || draft === undefined || !hasRoom(draft, bytes)) {
      index = of.drafts.length;
      draft = { keys: [], binaryKeys: [], tags: [], isClear: false, origin, traceId, isAwaited: false, bytes: 0 };
      of.drafts.push(draft);
      of.open.set(name, index);
    }
    draft.bytes += bytes;
    draft.isAwaited ||= waiter.isAwaited;
    of.lastOf.set(waiter, Math.max(index, of.lastOf.get(waiter) ?? 0));
    return draft;
  }

  for (const waiter of waiters) {
    const { texts, binaries, tags } = waiter.request;
    for (const key of texts) draftFor(waiter, shardOf(key), key.length).keys.push(key);
    for (const key of binaries) draftFor(waiter, shardOf(key), key.length * 2).binaryKeys.push(key);
    for (const tag of tags) draftFor(waiter, 0, tag.length).tags.push(tag);
  }
  return shards;
}

function hasRoom({ keys, binaryKeys, tags, bytes }: EntryDraft, more: number): boolean {
  if (bytes > 0 && bytes + more > MAX_BYTES_PER_ENTRY) return false;
  return keys.length + binaryKeys.length + tags.length < MAX_KEYS_PER_ENTRY;
}
