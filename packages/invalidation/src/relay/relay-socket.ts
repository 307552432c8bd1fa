import { describeError } from '@lockstep/core';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chmod, lstat, rename, rm } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';

import { InvalidationError } from '../invalidation-error.ts';
import type { RelayWire } from './relay-wire.ts';

/** The kernel's limit is 104 bytes on macOS and 108 on Linux; the name while it is being made is longer. */
const MAX_PATH_BYTES = 90;

/**
 * Returns `path` when a unix socket can have it.
 *
 * @throws RangeError when it is empty or too long.
 */
export function checkedSocketPath(path: string): string {
  const { length } = Buffer.from(path);
  if (length >= 1 && length <= MAX_PATH_BYTES) return path;
  throw new RangeError(`path must have 1 to ${MAX_PATH_BYTES} bytes, got ${length}: ${JSON.stringify(path)}`);
}

/** How a relay listens. */
export interface RelaySocketOptions {
  /** The permissions of the socket. */
  readonly mode: number;
  readonly onConnection: (wire: RelayWire) => void;
}

/** A listening unix socket. */
export interface RelaySocket {
  /** Takes no more connections, and removes the file unless another relay has replaced it. */
  close(): Promise<void>;
}

/**
 * Listens on a unix socket. A file that a relay left behind when it died is replaced, at no moment with wider
 * permissions than `mode`.
 *
 * @throws InvalidationError ERR_INVALIDATION_UNAVAILABLE when a relay listens there or something else lies there.
 */
export async function listenOnSocket(path: string, { mode, onConnection }: RelaySocketOptions): Promise<RelaySocket> {
  try {
    await assertFree(path);
    const server = createServer(onConnection);
    const ino = await listenAndMove(server, path, mode);
    return {
      async close() {
        server.close();
        const now = await lstat(path).catch(() => undefined);
        if (now?.ino === ino) await rm(path, { force: true });
      },
    };
  } catch (cause) {
    if (cause instanceof InvalidationError) throw cause;
    const message = `the relay cannot listen on ${path}: ${describeError(cause)}`;
    throw new InvalidationError('ERR_INVALIDATION_UNAVAILABLE', message, { cause });
  }
}

/** Listens under another name first, so that the socket appears with its permissions, and in the place of a dead one. */
async function listenAndMove(server: Server, path: string, mode: number): Promise<number> {
  const made = `${path}.${randomBytes(4).toString('hex')}`;
  server.listen(made);
  await once(server, 'listening');
  try {
    await chmod(made, mode);
    const { ino } = await lstat(made);
    await rename(made, path);
    return ino;
  } catch (error) {
    server.close();
    throw error;
  }
}

async function assertFree(path: string): Promise<void> {
  const there = await lstat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (there === undefined) return;
  if (!there.isSocket()) throw refused(`${path} is there and is no socket`);
  // A frozen relay counts as one that runs: the kernel takes connections for it.
  if (await isListening(path)) throw refused(`a relay already listens on ${path}`);
}

function isListening(path: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const socket = connect(path);
    socket.on('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNREFUSED' || error.code === 'ENOENT') resolve(false);
      // So many wait for it that the kernel takes no more.
      else if (error.code === 'EAGAIN') resolve(true);
      else reject(error);
    });
  });
}

function refused(message: string): InvalidationError {
  return new InvalidationError('ERR_INVALIDATION_UNAVAILABLE', message);
}
