import { type FSWatcher, watch } from 'node:fs';
import { readFile, realpath } from 'node:fs/promises';
import { dirname } from 'node:path';

import { ServiceError } from '../service-error.ts';
import type { TopologySource } from './topology-source.ts';

/**
 * A file. Its directory is watched and not the file itself, because editors and Kubernetes put a new
 * file, or a new symbolic link, in the place of the old one; so is the directory that links lead to.
 */
export function createFileSource(path: string): TopologySource {
  let last: string | undefined;
  const watchers = new Map<string, FSWatcher>();
  const stopWatching = (): void => {
    for (const watcher of watchers.values()) watcher.close();
    watchers.clear();
  };
  const watchDirectory = (directory: string, changed: () => void): void => {
    if (watchers.has(directory)) return;
    try {
      const watcher = watch(directory, { persistent: false }, changed);
      watchers.set(directory, watcher);
      // The directory itself may be replaced; the next look at the file watches the new one.
      watcher.on('error', () => {
        watcher.close();
        watchers.delete(directory);
      });
    } catch {
      // Without a watcher there is still the poll: the machine may be out of them.
    }
  };
  let rearm = async (): Promise<void> => undefined;
  const close = async (): Promise<void> => {
    rearm = async () => undefined;
    stopWatching();
  };
  return {
    name: path,
    pollMs: 5000,
    settleMs: 50,
    async read() {
      await rearm();
      let text: string;
      try {
        text = await readFile(path, 'utf8');
      } catch (error) {
        throw new ServiceError('ERR_SERVICE_KIT_TOPOLOGY', [`${path}: ${explainRead(error)}`], { cause: error });
      }
      if (text === last) return undefined;
      last = text;
      return text;
    },
    notify(changed) {
      rearm = async () => {
        const real = await realpath(path).catch(() => path);
        const wanted = new Set([dirname(path), dirname(real)]);
        for (const [directory, watcher] of watchers) {
          if (wanted.has(directory)) continue;
          watcher.close();
          watchers.delete(directory);
        }
        for (const directory of wanted) watchDirectory(directory, changed);
      };
      watchDirectory(dirname(path), changed);
      void rearm();
      return () => void close();
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

function explainRead(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT') return 'there is no such file; --config must name a topology file';
  if (code === 'EISDIR') return 'this is a directory; --config must name a topology file';
  if (code === 'EACCES') return 'this file may not be read; check its permissions';
  return `the file cannot be read: ${message}`;
}
