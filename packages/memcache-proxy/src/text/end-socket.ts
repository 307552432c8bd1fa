import type { Socket } from 'node:net';

import { systemClock } from '@lockstep/core';

/** How long a client that was told the end has for ending its own side. */
const LINGER_MS = 2000;

/** Ends the side of the socket that is ours, and soon the whole of it. Idempotent. */
export function endSocket(socket: Socket): void {
  if (socket.writableEnded || socket.destroyed) return;
  socket.end();
  // Unread input makes the system reset the connection, and the client may lose its last replies.
  socket.resume();
  const linger = systemClock.setTimer(() => socket.destroy(), LINGER_MS);
  socket.once('close', () => linger.cancel());
}
