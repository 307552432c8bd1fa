import type { RedisArgument } from '@lockstep/core';

import { encodeBody } from '../entry-body.ts';
import { newEpoch } from '../epoch.ts';
import { createAppendScript } from '../lua/append.ts';
import { createClearScript } from '../lua/clear.ts';
import type { ShardPosition } from '../position.ts';
import type { Provenance } from '../publish-request.ts';
import type { EntryDraft } from './entry-drafts.ts';
import type { LogKeyspace } from './log-keyspace.ts';
import type { CheckedRedisLogOptions } from './redis-log-options.ts';

/** Keeps one script short, and its arguments below what Lua can unpack. */
const MAX_KEYS_PER_CALL = 1000;

/** Writes to one shard of the log at a time. */
export interface Appender {
  /** The positions of the entries, in their order. Rejects with what the client rejects with. */
  append(shard: number, drafts: readonly EntryDraft[]): Promise<ShardPosition[]>;
  /** Begins a new epoch; the position of its first entry. */
  clear(shard: number, about: Provenance & { isAwaited: boolean }): Promise<ShardPosition>;
}

/** Runs the scripts that write. */
export function createAppender(options: CheckedRedisLogOptions, keyspace: LogKeyspace): Appender {
  const { client, maxEntries, tagTtlMs, onFailover, shardedPush, random } = options;
  const pushCommand = shardedPush ? 'SPUBLISH' : 'PUBLISH';
  // A server that does not know the script of this shard has just started: then it is worth the time to look who it is.
  const ifUnknown = onFailover === 'flush' ? '1' : '0';
  const scripts = Array.from({ length: keyspace.shards }, (_, shard) => ({
    append: createAppendScript(keyspace.state(shard)),
    clear: createClearScript(keyspace.state(shard)),
  }));
  /** Whether shared values lie beside a shard, as far as is known. Only then they are worth sending. */
  const isShared: boolean[] = [];

  async function send(shard: number, drafts: readonly EntryDraft[]): Promise<ShardPosition[]> {
    const withShared = isShared[shard] === true;
    const shared = withShared ? drafts.flatMap((draft) => sharedOf(shard, draft)) : [];
    const tags = drafts.flatMap((draft) => draft.tags.map((tag) => keyspace.tag(tag)));
    const keys: RedisArgument[] = [keyspace.state(shard), keyspace.log(shard), ...shared, ...tags];
    const bodies = drafts.map((draft) => encodeBody(draft));
    const head = [newEpoch(random), maxEntries, pushCommand, keyspace.push(shard)];
    const rest = [withShared ? '1' : '0', tags.length, tagTtlMs, ...bodies];
    const reply = await scripts[shard]!.append.run(
      client,
      keys,
      [...head, '0', ...rest],
      [...head, ifUnknown, ...rest],
    );
    const [epoch, lastText, hasShared] = reply as [string, string, number];
    if (epoch === '') {
      isShared[shard] = true;
      return send(shard, drafts);
    }
    isShared[shard] = hasShared === 1;
    const last = Number(lastText);
    return drafts.map((_, index) => ({ epoch, sequence: last - drafts.length + 1 + index }));
  }

  function sharedOf(shard: number, { keys, binaryKeys }: EntryDraft): RedisArgument[] {
    return [...keys, ...binaryKeys].flatMap((key) => keyspace.sharedOf(shard, key));
  }

  return {
    async append(shard, drafts) {
      const positions = await Promise.all(callsOf(drafts).map((each) => send(shard, each)));
      return positions.flat();
    },
    async clear(shard, about) {
      const body = encodeBody({ keys: [], binaryKeys: [], tags: [], isClear: true, ...about });
      const argsFor = (check: string): RedisArgument[] => [
        newEpoch(random),
        pushCommand,
        keyspace.push(shard),
        check,
        body,
      ];
      const keys = [keyspace.state(shard), keyspace.log(shard)];
      const reply = await scripts[shard]!.clear.run(client, keys, argsFor('0'), argsFor(ifUnknown));
      const [epoch, sequence] = reply as [string, number];
      return { epoch, sequence };
    },
  };
}

function callsOf(drafts: readonly EntryDraft[]): EntryDraft[][] {
  const calls: EntryDraft[][] = [];
  let room = 0;
  for (const draft of drafts) {
    const size = draft.keys.length + draft.binaryKeys.length + draft.tags.length;
    if (size > room) {
      calls.push([]);
      room = MAX_KEYS_PER_CALL;
    }
    calls.at(-1)!.push(draft);
    room -= size;
  }
  return calls;
}
