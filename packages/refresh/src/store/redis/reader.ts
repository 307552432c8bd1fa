import type { RedisArgument, RedisClient } from '@lockstep/core';

import { contentError } from '../check-content.ts';
import type { Part, Shape } from '../content.ts';
import type { StoredEntry } from '../entry-store.ts';
import type { StoreCalls } from '../store-calls.ts';
import { type EntryReply, lengthOf, toContent, toEntryReply } from './entry-reply.ts';
import { read as readScript } from './lua/read.ts';
import { readValue } from './lua/read-value.ts';

/** What a part is read with. */
export interface Reading {
  readonly client: RedisClient;
  readonly calls: StoreCalls;
  readonly signal: AbortSignal | undefined;
  /** Meta, data and order of the entry. */
  readonly names: readonly string[];
  readonly shape: Shape;
}

/** So often a long read begins anew because the entry was replaced under it. */
const MAX_ATTEMPTS = 4;

/**
 * Reads a part of an entry: one command for an element and for as much as one step gets, else several that all saw the
 * same version. An entry that is replaced again and again under a long read is read by one long step in the end.
 */
export async function readPart(reading: Reading, part: Part): Promise<StoredEntry | undefined> {
  const value = reading.shape === 'value' ? await readOrdinaryValue(reading) : undefined;
  if (value !== undefined) return value;
  if (part.kind === 'element') return toEntry(reading.shape, [await ask(reading, ['E', part.id])]);
  const [offset, end] = part.kind === 'page' ? [part.offset, part.offset + part.limit] : [0, Number.MAX_SAFE_INTEGER];
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    const replies = await readChunks(reading, offset, end);
    if (replies !== undefined) return toEntry(reading.shape, replies);
  }
  return toEntry(reading.shape, [await ask(reading, ['A', offset, end - 1])]);
}

/** Undefined where there is none, or another script must look at it. */
async function readOrdinaryValue({ client, calls, signal, names }: Reading): Promise<StoredEntry | undefined> {
  const [meta, data] = names as [string, string];
  const reply = await calls.step(() => readValue.run(client, [meta, data], []), signal);
  if (reply === null) return undefined;
  const [ticket, ageMs, freshForMs, validator, bytes] = reply as [Buffer, number, number, Buffer | null, Buffer];
  const freshness = { ticket: Number(ticket), ageMs, freshForMs, size: 1, validator: validator?.toString() };
  return { ...freshness, content: { shape: 'value', value: bytes } };
}

/** Undefined when not all of them are of one version. */
async function readChunks(
  reading: Reading,
  offset: number,
  end: number,
): Promise<(EntryReply | undefined)[] | undefined> {
  const first = await ask(reading, ['R', offset, end - 1]);
  const replies = [first];
  if (first === undefined) return replies;
  const last = Math.min(end, first.size);
  let position = offset + lengthOf(reading.shape, first.content);
  // One after the other: Redis serves others in between.
  while (position < last) {
    const next = await ask(reading, ['R', position, end - 1]);
    const length = next?.version === first.version ? lengthOf(reading.shape, next.content) : 0;
    if (length === 0) return undefined;
    replies.push(next);
    position += length;
  }
  return replies;
}

async function ask(
  { client, calls, signal, names, shape }: Reading,
  range: readonly RedisArgument[],
): Promise<EntryReply | undefined> {
  const reply = await calls.step(() => readScript.run(client, names, [shape, ...range]), signal);
  if (reply === null) return undefined;
  if ((reply as unknown[]).length === 0) throw contentError(`the entry is stored in another shape than ${shape}`);
  return toEntryReply(reply);
}

/** Its freshness is that of the first reply. */
function toEntry(shape: Shape, replies: readonly (EntryReply | undefined)[]): StoredEntry | undefined {
  const [first] = replies;
  if (first === undefined) return undefined;
  const contents = replies.map((reply) => reply?.content);
  return { ...first.freshness, content: toContent(shape, contents) };
}
