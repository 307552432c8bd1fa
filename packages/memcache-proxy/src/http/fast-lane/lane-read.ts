import type { IncomingMessage, Server } from 'node:http';
import type { Socket } from 'node:net';

import type { ReadResult } from '@lockstep/memcache';

const laneRead = Symbol('what the fast lane has read');

/** A read that the fast lane has begun for a request which it then left to Fastify. The guards have counted it. */
export interface LaneRead {
  readonly key: string;
  readonly found: Promise<ReadResult>;
  /** From its first byte to the moment at which it was left. */
  readonly waitedMs: number;
}

interface Carrier {
  [laneRead]?: LaneRead | undefined;
}

/** Leaves a read to the first request that node:http makes of the connection. */
export function leaveLaneRead(socket: Socket, read: LaneRead): void {
  (socket as Carrier)[laneRead] = read;
}

/** Gives what was left on a connection to its next request, and to no later one. */
export function passLaneReads(server: Server): void {
  server.prependListener('request', (request, response) => {
    const carrier = request.socket as Carrier;
    const read = carrier[laneRead];
    if (read === undefined) return;
    carrier[laneRead] = undefined;
    (request as Carrier)[laneRead] = read;
    // The last request of an idle connection is kept by node:http and others: it must not keep its value as well.
    response.once('close', () => {
      (request as Carrier)[laneRead] = undefined;
    });
  });
}

/** What the fast lane has read for this request already: a second read could find something else, and counts as one. */
export function laneReadOf(request: IncomingMessage, key: unknown): Promise<ReadResult> | undefined {
  const read = (request as Carrier)[laneRead];
  return read?.key === key ? read?.found : undefined;
}

/**
 * Milliseconds that a request was in the fast lane before it was left to Fastify, 0 for most. Who measures from a hook or
 * a listener on adds them to the duration. To be asked before the end of the answer.
 */
export function waitedInLane(request: IncomingMessage): number {
  return (request as Carrier)[laneRead]?.waitedMs ?? 0;
}

/** Whether the guards have let this request in and counted it before. */
export function wasCounted(request: IncomingMessage): boolean {
  return (request as Carrier)[laneRead] !== undefined;
}
