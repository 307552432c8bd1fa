import { collectFound, collectStored, isRefusedForGood, unexpected } from './collectors.ts';
import { CommandBytes } from './command-bytes.ts';
import { keyAndLength, storeRule } from './commands.ts';
import { remainingTtl } from '../driver/expiry.ts';
import type { Mutation } from '../driver/mutation.ts';
import { valueBytes } from '../driver/value-bytes.ts';
import { type Collect, more } from '../engine/request.ts';

/** A mutation with its expiry turned into memcached's own rule. */
export type PlannedMutation =
  | {
      readonly kind: 'set';
      readonly key: Buffer;
      readonly value: Buffer;
      readonly flags: number;
      readonly ttlSeconds: number;
    }
  | { readonly kind: 'delete'; readonly key: Buffer };

/** The commands of a batch as one piece: all of it is one request in the queue. */
export interface BatchCommands {
  readonly text: string;
  readonly body: Buffer | undefined;
}

/** A key as an encoder has made it, or the bytes of one that goes over the wire as it is. */
export type WireKey = string | Buffer;

/** What comes behind a batch, and is answered when all of it is done. */
export const barrier = 'mn\r\n';
export const lineBreakBytes = 2;
/** Most bytes of a command besides key and value: its name, five numbers, their letters, and line breaks. */
export const maxFrameBytes = 80;

/**
 * The batch as the server is to carry it out at `nowMs`: a value whose moment has passed is deleted
 * instead. Both sides of the exchange go by this list, since a delete is answered otherwise than a store.
 */
export function expireMutations(mutations: readonly Mutation[], nowMs: number): readonly PlannedMutation[] {
  return mutations.map((mutation): PlannedMutation => {
    if (mutation.kind === 'delete') return mutation;
    const ttlSeconds = remainingTtl(mutation.expiresAt, nowMs);
    if (ttlSeconds === undefined) return { kind: 'delete', key: mutation.key };
    const { kind, key, value, flags } = mutation;
    return { kind, key, value, flags, ttlSeconds };
  });
}

/**
 * Writes a batch, with its keys in wire form, as `ms` and `md` commands with consecutive opaque numbers, and an `mn` after them.
 * They are not quiet (`q`): memcached 1.6.18 sends `SERVER_ERROR` without the opaque number, so that
 * only the order of the replies tells which value was refused.
 */
export function batchCommands(
  mutations: readonly PlannedMutation[],
  wireKeys: readonly WireKey[],
  opaque: number,
): BatchCommands {
  let size = barrier.length;
  mutations.forEach((mutation, index) => {
    size += maxFrameBytes + wireKeys[index]!.length;
    if (mutation.kind === 'set') size += valueBytes(mutation.value).length;
  });
  const commands = new CommandBytes(size);
  mutations.forEach((mutation, index) => {
    const key = wireKeys[index]!;
    if (mutation.kind === 'delete') {
      commands.command('md', key, '', opaque + index);
      return;
    }
    const value = valueBytes(mutation.value);
    const rule = storeRule(mutation, 'set');
    if (typeof key === 'string') commands.command('ms', keyAndLength(key, value.length), rule, opaque + index);
    else commands.command('ms', key, ` ${value.length}${rule}`, opaque + index);
    commands.data(value);
    commands.lineBreak();
  });
  commands.text(barrier);
  // The sender puts a line break after every body, and this one has its own.
  return { text: '', body: commands.bytes.subarray(0, commands.end - lineBreakBytes) };
}

/**
 * Writes deletes that the server answers only when there is nothing to delete (1.6.18) or never
 * (newer ones), and an `mn`, whose answer comes when all of them are done. Stores cannot be quiet:
 * which value a `SERVER_ERROR` is about would be lost, and with it the delete that must follow.
 */
export function quietDeletes(wireKeys: readonly string[]): string {
  return `${wireKeys.map((key) => `md ${key} q\r\n`).join('')}mn\r\n`;
}

/** Resolves when `count` quiet deletes are done; a refusal among them rejects. */
export function collectQuietDeletes(count: number): Collect<undefined> {
  let answers = 0;
  let failure: unknown;
  return (reply) => {
    if (reply.status === 'MN') {
      if (failure !== undefined) throw failure;
      return undefined;
    }
    if (++answers > count) throw unexpected(reply);
    if (reply.status === 'SERVER_ERROR') failure = unexpected(reply);
    else collectFound(reply);
    return more;
  };
}

/** Resolves with the keys whose values the server refused for good, when all else is confirmed. */
export function collectBatch(mutations: readonly PlannedMutation[]): Collect<Buffer[]> {
  const refused: Buffer[] = [];
  let index = 0;
  let failure: unknown;
  return (reply) => {
    const mutation = mutations[index++];
    if (mutation === undefined) {
      if (reply.status !== 'MN') throw unexpected(reply);
      if (failure !== undefined) throw failure;
      return refused;
    }
    if (isRefusedForGood(reply)) refused.push(mutation.key);
    else if (reply.status === 'SERVER_ERROR') failure = unexpected(reply);
    else if (mutation.kind === 'delete') collectFound(reply);
    else collectStored(reply);
    return more;
  };
}
