import type { RedisArgument, RedisClient } from '@lockstep/core';

import type { Content } from '../content.ts';
import type { StoreCalls } from '../store-calls.ts';
import type { ContentChunk } from './content-chunks.ts';
import { stage } from './lua/stage.ts';

/** What is gathered for one replacement. */
export interface Staging {
  readonly client: RedisClient;
  readonly calls: StoreCalls;
  readonly signal: AbortSignal | undefined;
  /** The meta, the staged data and the staged order. */
  readonly names: readonly [string, string, string];
  readonly ticket: number;
}

/** How a part of the gathering ended: `broken` when Redis has lost what was gathered before. */
export type Staged = 'staged' | 'superseded' | 'broken';

/** For how long gathered data outlives the client that gathers it. Each chunk begins it anew. */
const STAGED_MS = 60_000;
/** Chunks that are under way at once: about half a megabyte. */
const WINDOW = 8;

const OUTCOMES = ['superseded', 'staged', 'broken'] as const;

/** Gathers a content beside the entry, chunk by chunk. The chunks are those of `content`. */
export async function gather(
  staging: Staging,
  content: Content,
  chunks: Iterator<ContentChunk, unknown>,
): Promise<Staged> {
  const { client, calls, signal, names, ticket } = staging;
  if (content.shape === 'value') {
    // Not through Lua, which would copy it twice.
    await calls.step(() => client.call('SET', names[1], content.value, 'PX', STAGED_MS), signal);
    return 'staged';
  }
  const send = async ({ position, size, args }: ContentChunk): Promise<Staged> => {
    const head: RedisArgument[] = [ticket, STAGED_MS, content.shape, position, size];
    const reply = await calls.step(() => stage.run(client, names, [...head, ...args]), signal);
    return OUTCOMES[Number(reply)] ?? 'broken';
  };
  for (;;) {
    const window: ContentChunk[] = [];
    for (let next = chunks.next(); next.done !== true; next = chunks.next()) {
      if (window.push(next.value) === WINDOW) break;
    }
    if (window.length === 0) return 'staged';
    // In their order: one connection to the owner of the slot, and a chunk that overtakes another is `broken`.
    const outcomes = await Promise.all(window.map(send));
    const worst = outcomes.find((outcome) => outcome !== 'staged');
    if (worst !== undefined) return worst;
  }
}
