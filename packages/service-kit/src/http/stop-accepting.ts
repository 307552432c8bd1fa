import type { Server as HttpServer } from 'node:http';
import { Server } from 'node:net';

import type { Clock } from '@lockstep/core';

/** What is left of a server that accepts nobody. */
export interface Stopped {
  /** Resolves when the connections that it has have ended, or after the time that idle ones have. */
  readonly idle: Promise<void>;
  /** Resolves when its last connection has ended. */
  readonly ended: Promise<void>;
}

/**
 * Stops a server from accepting connections. The `close` of an HTTP server also cuts connections that
 * are idle now, and with them a request that is already on its way; here such a request is still answered.
 */
export function stopAccepting(server: HttpServer, idleMs: number, clock: Clock): Stopped {
  if (!server.listening) return { idle: Promise.resolve(), ended: Promise.resolve() };
  const ended = new Promise<void>((resolve) => void Server.prototype.close.call(server, () => resolve()));
  const idle = new Promise<void>((resolve) => {
    const timer = clock.setTimer(resolve, idleMs);
    server.once('close', () => {
      timer.cancel();
      resolve();
    });
  });
  return { idle, ended };
}
