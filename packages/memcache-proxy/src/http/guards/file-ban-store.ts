import { randomUUID } from 'node:crypto';
import { mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

import { sleep } from '@lockstep/core';

import { type BanStore, newVersion, parseStoredBans, type StoredBans } from './ban-store.ts';

/** Which file, and how writers take turns. */
export interface FileBanStoreOptions {
  /** JSON; its directory is made. A file `<path>.lock` stands beside it during a change. */
  readonly path: string;
  /** A lock this old was left by a writer that died, in milliseconds. @default 5000 */
  readonly staleLockMs?: number;
}

const LOCK_RETRY_MS = 20;

/** Keeps the lists in a file, for all workers of one machine. It is replaced by a rename: readers see the old or the new. */
export function createFileBanStore(options: FileBanStoreOptions): BanStore {
  const { path, staleLockMs = 5000 } = options;
  const lockPath = `${path}.lock`;
  let seen: { readonly identity: string; readonly version: string } | undefined;

  async function read(): Promise<StoredBans | undefined> {
    const identity = await identityOf(path);
    if (identity === undefined) return undefined;
    const stored = parseStoredBans(await readFile(path, 'utf8'));
    // Of before the read: when the file was replaced meanwhile, the next load reads again.
    seen = { identity, version: stored.version };
    return stored;
  }

  async function write(stored: StoredBans): Promise<void> {
    const temporary = `${path}.${randomUUID()}.tmp`;
    try {
      const file = await open(temporary, 'wx', 0o600);
      try {
        await file.writeFile(`${JSON.stringify(stored, null, 2)}\n`);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(temporary, path);
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
  }

  return {
    async load(knownVersion) {
      const isSeen = seen !== undefined && seen.version === knownVersion && seen.identity === (await identityOf(path));
      return isSeen ? 'unchanged' : read();
    },
    async save({ allow, ban }, knownVersion, { signal } = {}) {
      await mkdir(dirname(path), { recursive: true });
      await takeLock(lockPath, staleLockMs, signal);
      try {
        const current = await read();
        if (current?.version !== knownVersion) return undefined;
        const stored = { version: newVersion(), allow, ban };
        await write(stored);
        return stored;
      } finally {
        await rm(lockPath, { force: true });
      }
    },
  };
}

/** What changes when a file is replaced; undefined when there is none. */
async function identityOf(path: string): Promise<string | undefined> {
  try {
    const { dev, ino, size, mtimeNs } = await stat(path, { bigint: true });
    return `${dev}:${ino}:${size}:${mtimeNs}`;
  } catch (error) {
    if (isCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

async function takeLock(path: string, staleMs: number, signal: AbortSignal | undefined): Promise<void> {
  for (;;) {
    try {
      const file = await open(path, 'wx');
      await file.close();
      return;
    } catch (error) {
      if (!isCode(error, 'EEXIST')) throw error;
    }
    await removeIfStale(path, staleMs);
    await sleep(LOCK_RETRY_MS, { signal });
  }
}

async function removeIfStale(path: string, staleMs: number): Promise<void> {
  try {
    const { mtimeMs } = await stat(path);
    if (Date.now() - mtimeMs > staleMs) await rm(path, { force: true });
  } catch (error) {
    if (!isCode(error, 'ENOENT')) throw error;
  }
}

function isCode(error: unknown, code: string): boolean {
  return (error as { code?: unknown }).code === code;
}
