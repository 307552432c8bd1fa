import type { RedisArgument, RedisClient } from '@lockstep/core';

import { RefreshError } from '../../refresh-error.ts';
import type { LoadTimes } from '../check-load.ts';
import type { Replacement, WriteOutcome } from '../entry-store.ts';
import type { StoreCalls } from '../store-calls.ts';
import { chunksOf, type ContentChunk, readableOf, sizeOf } from './content-chunks.ts';
import { replace as replaceScript } from './lua/replace.ts';
import { swap as swapScript } from './lua/swap.ts';
import type { LedScripts } from './led-scripts.ts';
import type { EntryNames } from './redis-names.ts';
import { gather, type Staged } from './staging.ts';

/** Replaces entries, in one step or by way of a temporary key. */
export interface Replacer {
  replace(
    key: string,
    names: EntryNames,
    replacement: Replacement,
    bounds: LoadTimes & { readonly signal: AbortSignal | undefined },
  ): Promise<WriteOutcome>;
}

/** What a replacer works with. */
export interface ReplacerParts {
  readonly client: RedisClient;
  readonly calls: StoreCalls;
  readonly led: LedScripts;
  readonly random: () => number;
  readonly memoryMs: number;
}

/** So often a content is gathered when Redis loses it in the middle. */
const MAX_ATTEMPTS = 3;
/** A value above this many bytes does not go through a script. */
const MAX_SCRIPT_BYTES = 64 * 1024;

/** A replacer over a client that answers with buffers. */
export function createReplacer({ client, calls, led, random, memoryMs }: ReplacerParts): Replacer {
  const newName = (): string => Math.floor(random() * 2 ** 48).toString(36);

  /** `broken` when what was gathered did not last until the swap. */
  async function attempt(
    key: string,
    { meta, data, order, staged }: EntryNames,
    { ticket, content, leader }: Replacement,
    head: readonly RedisArgument[],
    signal: AbortSignal | undefined,
  ): Promise<Staged> {
    // A name of its own for each attempt: whatever an earlier one has left, or still sends, is not in the way.
    const [stagedData, stagedOrder] = staged(`${ticket}-${newName()}`);
    let outcome: Staged = 'broken';
    try {
      const names = [meta, stagedData, stagedOrder] as const;
      outcome = await gather({ client, calls, signal, names, ticket }, content, chunksOf(content));
      if (outcome !== 'staged') return outcome;
      const keys = [meta, data, order, stagedData, stagedOrder];
      const reply = await led.run({ script: swapScript, key, keys, args: head, leader, refusal: 0, signal });
      outcome = reply === 1 ? 'staged' : reply === 0 ? 'superseded' : 'broken';
      return outcome;
    } finally {
      // It goes away by itself too, so nobody waits for this, or needs to know that it failed.
      if (outcome !== 'staged') client.call('UNLINK', stagedData, stagedOrder).catch(() => undefined);
    }
  }

  return {
    async replace(key, names, replacement, { ttlMs, keptMs, signal }) {
      const { ticket, content, validator, leader } = replacement;
      const mark = validator === undefined ? '-' : `=${validator}`;
      const form = [content.shape, sizeOf(content), readableOf(content)];
      const head = [ticket, ttlMs, keptMs, memoryMs, mark, ...form, leader ?? ''];
      const whole = inOneStep(replacement);
      if (whole !== undefined) {
        const keys = [names.meta, names.data, names.order];
        const args = [...head, ...whole];
        const reply = await led.run({ script: replaceScript, key, keys, args, leader, refusal: 0, signal });
        return reply === 1 ? 'stored' : 'superseded';
      }
      for (let attempts = 0; attempts < MAX_ATTEMPTS; attempts++) {
        const outcome = await attempt(key, names, replacement, head, signal);
        if (outcome !== 'broken') return outcome === 'staged' ? 'stored' : 'superseded';
      }
      throw new RefreshError('ERR_REFRESH_STORE', 'Redis lost a large entry again and again before it was complete');
    },
  };
}

/** The arguments of a content that one short step can store. */
function inOneStep({ content }: Replacement): readonly RedisArgument[] | undefined {
  if (content.shape === 'value' && content.value.length > MAX_SCRIPT_BYTES) return undefined;
  const [first, second] = twoOf(chunksOf(content));
  if (second !== undefined) return undefined;
  return first?.args ?? [];
}

function twoOf(chunks: Generator<ContentChunk>): readonly (ContentChunk | undefined)[] {
  return [chunks.next().value as ContentChunk | undefined, chunks.next().value as ContentChunk | undefined];
}
