import type { Socket } from 'node:net';

/** Where guards leave what the fast lane asks them. */
export const LANE_GUARD: unique symbol = Symbol('lockstep.lane-guard');

declare module 'fastify' {
  interface FastifyInstance {
    readonly [LANE_GUARD]?: LaneGuard;
  }
}

/** What guards tell the fast lane. It never refuses: who is not let in goes the long way, which says why. */
export interface LaneGuard {
  /** Begins with a connection, for reads of this route. */
  visitorOf(socket: Socket, route: string): LaneVisitor;
}

/** The client of a connection that sends nothing about other addresses. */
export interface LaneVisitor {
  /** Whether its address may come in now. Asked before anything that it sends is read. */
  mayCome(nowMs: number): boolean;
  /** Whether it may, besides, read the key now. If so, and only then, the request counts. */
  mayRead(key: string, authorization: string | undefined, nowMs: number): boolean;
}
