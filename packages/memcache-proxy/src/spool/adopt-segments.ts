import { open, readdir, rename, rmdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

import { isGone, isOwnerName } from './owner-name.ts';
import { isOtherVersion, SEGMENT_HEADER } from './segment-codec.ts';
import { Segment } from './segment.ts';
import { publishSpoolEvent } from './spool-channel.ts';

/** Where an adopted segment goes. */
export interface AdoptedPlace {
  readonly number: number;
  readonly path: string;
}

/**
 * Moves the segments of spools whose processes have ended to where `place` says. A move is one step, so that of
 * several that try, one has it, whichever of them ends before it has done anything with it.
 */
export async function adoptSegments(root: string, place: () => Promise<AdoptedPlace>): Promise<Segment[]> {
  const adopted: Segment[] = [];
  for (const owner of await namesIn(root)) {
    if (!isOwnerName(owner) || !isGone(owner)) continue;
    const directory = join(root, owner);
    for (const file of await namesIn(directory)) {
      const path = join(directory, file);
      if (!file.endsWith('.spool') || !(await isReadable(path))) continue;
      const { number, path: target } = await place();
      if (!(await tryFile(() => rename(path, target)))) continue;
      const { size } = await stat(target);
      adopted.push(new Segment(number, target, { bytes: size, count: 0 }));
    }
    await tryFile(() => rmdir(directory));
  }
  return adopted;
}

/** The names in a directory, none where it does not exist. */
export async function namesIn(directory: string): Promise<string[]> {
  try {
    return (await readdir(directory)).toSorted();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return [];
    throw error;
  }
}

/** False when it is gone, or of another version: that one is told of, and stays. */
async function isReadable(path: string): Promise<boolean> {
  const header = Buffer.alloc(SEGMENT_HEADER.length);
  let length = 0;
  const isThere = await tryFile(async () => {
    const handle = await open(path, 'r');
    try {
      ({ bytesRead: length } = await handle.read(header, 0, header.length, 0));
    } finally {
      await handle.close();
    }
  });
  if (!isThere) return false;
  if (!isOtherVersion(header.subarray(0, length))) return true;
  publishSpoolEvent({ type: 'unreadable', where: path, count: 1 });
  return false;
}

/** False when the file is not there, or not empty: another process was quicker, or left something. */
async function tryFile(action: () => Promise<unknown>): Promise<boolean> {
  try {
    await action();
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTEMPTY' || code === 'EEXIST') return false;
    throw error;
  }
}
