import type { RedisClient } from '@lockstep/core';

import type { Block } from '../src/block/block-codec.ts';
import { decodeBlock } from '../src/block/block-decoder.ts';
import { journalKeys } from '../src/journal/journal-keys.ts';

export interface StoredBlock extends Block {
  readonly id: string;
  readonly before: number;
}

/** Everything that is in a journal's stream, oldest first. */
export async function readStoredBlocks(client: RedisClient, region: string, shard = 0): Promise<StoredBlock[]> {
  const reply = await client.callBuffer('XRANGE', journalKeys(region, shard).stream, '-', '+');
  return (reply as [Buffer, readonly [Buffer, Buffer, Buffer, Buffer]][]).map(([id, [, block, , before]]) => ({
    ...decodeBlock(block),
    id: id.toString(),
    before: Number(before.toString()),
  }));
}

/** The values of all sets in a journal, oldest first. */
export async function readValues(client: RedisClient, region: string, shard = 0): Promise<string[]> {
  const operations = (await readStoredBlocks(client, region, shard)).flatMap((block) => block.operations);
  return operations.map((operation) => (operation.kind === 'set' ? operation.value.toString() : 'deleted'));
}
