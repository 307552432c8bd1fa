import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { namesIn } from './adopt-segments.ts';
import { isOwnerName } from './owner-name.ts';
import { decodeSegment, isOtherVersion } from './segment-codec.ts';
import type { SpoolEntry } from './spool-entry.ts';

/**
 * The entries in all directories of a root, whoever owns them, one segment in memory at a time. Those that
 * their owner has removed from a segment with others that wait are told too.
 */
export async function* listDisk(root: string): AsyncGenerator<SpoolEntry> {
  for (const owner of await namesIn(root)) {
    if (!isOwnerName(owner)) continue;
    for (const file of await namesIn(join(root, owner))) {
      const bytes = await readIfThere(join(root, owner, file));
      if (bytes === undefined || isOtherVersion(bytes)) continue;
      for (const { entry } of decodeSegment(bytes).frames) yield entry;
    }
  }
}

async function readIfThere(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
