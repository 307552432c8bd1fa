import type { RedisArgument, RedisClient } from '@lockstep/core';

import { encodeBody } from '../entry-body.ts';
import { newEpoch } from '../epoch.ts';
import { InvalidationError } from '../invalidation-error.ts';
import { createAppendScript } from '../lua/append.ts';
import { createClearScript } from '../lua/clear.ts';
import { laterOf, type ShardPosition } from '../position.ts';
import type { Provenance } from '../publish-request.ts';
import type { EntryDraft } from './entry-drafts.ts';
import type { LogKeyspace } from './log-keyspace.ts';
import type { CheckedRedisLogOptions } from './redis-log-options.ts';

/** Keeps one script short, and its arguments below what Lua can unpack. */
const MAX_KEYS_PER_CALL = 1000;
/** What positions can name. */
const EPOCH = /^[0-9a-f]{1,20}$/;

/** Writes to one shard of the log at a time. */
export interface Appender {
  /**
   * For each entry, in their order, a position at which it and those before it were heard. Rejects with what the client
   * rejects with.
   *
   * @throws InvalidationError ERR_INVALIDATION_UNAVAILABLE for an answer that makes no sense.
   */
  append(client: RedisClient, shard: number, drafts: readonly EntryDraft[]): Promise<ShardPosition[]>;
  /** Begins a new epoch; the position of its first entry. Rejects as `append` does. */
  clear(client: RedisClient, shard: number, about: Provenance & { isAwaited: boolean }): Promise<ShardPosition>;
}

/** Runs the scripts that write. */
export function createAppender(options: CheckedRedisLogOptions, keyspace: LogKeyspace): Appender {
  const { maxEntries, tagTtlMs, onFailover, shardedPush, random } = options;
  const pushCommand = shardedPush ? 'SPUBLISH' : 'PUBLISH';
  // A server that does not know the script of this shard has just started: then it is worth the time to look who it is.
  const ifUnknown = onFailover === 'flush' ? 1 : 0;
  const places = Array.from({ length: keyspace.shards }, (_, shard) => ({
    append: createAppendScript({ channel: keyspace.push(shard), command: pushCommand }),
    clear: createClearScript(keyspace.state(shard)),
    names: [keyspace.state(shard), keyspace.log(shard)],
  }));
  const limit = String(maxEntries);
  /** Whether shared values lie beside a shard, as far as is known. Only then they are worth sending. */
  const isShared: boolean[] = [];

  async function send(client: RedisClient, shard: number, drafts: readonly EntryDraft[]): Promise<ShardPosition[]> {
    const { append, names } = places[shard]!;
    const withShared = isShared[shard] === true;
    const keys: RedisArgument[] = [...names];
    const bodies: string[] = [];
    const marks: string[] = [];
    for (const draft of drafts) {
      if (withShared) addShared(keys, shard, draft);
      for (const tag of draft.tags) marks.push(keyspace.tag(tag));
      bodies.push(encodeBody(draft));
    }
    if (marks.length > 0) keys.push(...marks);
    const rest = marks.length > 0 ? [String(marks.length), String(tagTtlMs), ...bodies] : ['0', ...bodies];
    const mode = withShared ? 2 : 0;
    const epoch = newEpoch(random);
    const told = [epoch, limit, String(mode), ...rest];
    const reply = await append.run(client, keys, told, told.with(2, String(mode + ifUnknown)));
    if (reply === '' && !withShared) {
      isShared[shard] = true;
      return send(client, shard, drafts);
    }
    const [began, lastText, hasShared] = String(reply).split(' ');
    const first = checkedPosition(began, Number(lastText) - drafts.length + 1);
    isShared[shard] = hasShared !== undefined;
    return drafts.map((_, index) => ({ epoch: first.epoch, sequence: first.sequence + index }));
  }

  function addShared(keys: RedisArgument[], shard: number, { keys: texts, binaryKeys }: EntryDraft): void {
    for (const key of texts) keys.push(...keyspace.sharedOf(shard, key));
    for (const key of binaryKeys) keys.push(...keyspace.sharedOf(shard, key));
  }

  return {
    async append(client, shard, drafts) {
      const calls = callsOf(drafts);
      if (calls.length === 1) return send(client, shard, drafts);
      const positions = (await Promise.all(calls.map((each) => send(client, shard, each)))).flat();
      // The first call lands after the second where the server knew the script only for that one, and who waits for
      // both is told the last of these.
      for (let i = 1; i < positions.length; i++) positions[i] = laterOf(positions[i - 1]!, positions[i]!);
      return positions;
    },
    async clear(client, shard, about) {
      const body = encodeBody({ keys: [], binaryKeys: [], tags: [], isClear: true, ...about });
      const argsFor = (check: number): RedisArgument[] => [
        newEpoch(random),
        pushCommand,
        keyspace.push(shard),
        check,
        body,
      ];
      const { clear, names } = places[shard]!;
      const reply = await clear.run(client, names, argsFor(0), argsFor(ifUnknown));
      const [epoch, sequence] = Array.isArray(reply) ? (reply as unknown[]) : [];
      return checkedPosition(epoch, Number(sequence));
    },
  };
}

/** An answer that is none says nothing about where the entries are, or whether they are anywhere. */
function checkedPosition(epoch: unknown, sequence: number): ShardPosition {
  if (typeof epoch === 'string' && EPOCH.test(epoch) && Number.isSafeInteger(sequence) && sequence >= 1) {
    return { epoch, sequence };
  }
  throw new InvalidationError(
    'ERR_INVALIDATION_UNAVAILABLE',
    'the invalidation log gave an answer that makes no sense',
  );
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
