import { Server } from 'node:http';
import type { Socket } from 'node:net';

import type { FastifyInstance } from 'fastify';

import type { CacheFace } from '../cache/cache-face.ts';
import { publishClientGone } from '../guards/client-gone.ts';
import { AnswerEnds } from './answer-ends.ts';
import { LaneConnection, type Lane } from './lane-connection.ts';
import { LANE_GUARD } from './lane-guard.ts';
import { passLaneReads } from './lane-read.ts';
import { isPlainPath, MAX_HEAD_BYTES, requestLineOf } from './request-head.ts';
import { routesIn } from './routes-in.ts';

/** What is told of answers that no hook sees. */
export interface FastLaneOptions {
  /** Called for each answer of the fast lane once the operating system has it. It must not throw. */
  readonly onAnswer?: (answer: FastLaneAnswer) => void;
}

/** A `GET` that was answered in the fast lane. */
export interface FastLaneAnswer {
  /** The pattern, as it was declared. */
  readonly route: string;
  readonly status: number;
  readonly durationMs: number;
}

type Listener = (this: Server, socket: Socket) => void;

/**
 * Lets the connections of a server be read here first, for as long as they send nothing but plain reads of keys under
 * `path`; see `HeadReader`. From the first other byte on a connection is node:http's.
 *
 * It stays out of the way where it could not answer as the routes do: without node:http or with TLS, with a bound on the
 * requests of a connection, and where another `GET` route stands beside that of the keys. A server has one fast lane at
 * most: that of the first face. What it cannot see is a `rewriteUrl` or a `serverFactory` of the host that changes which
 * key a URL names or who answers it.
 *
 * @throws TypeError when `onAnswer` is no function.
 */
export function addFastLane(
  host: FastifyInstance,
  face: CacheFace,
  path: string,
  { onAnswer }: FastLaneOptions = {},
): void {
  if (onAnswer !== undefined && typeof onAnswer !== 'function') {
    throw new TypeError('fastLane.onAnswer must be a function');
  }
  const route = `${path}/:key`;
  const { server } = host;
  let isClosing = false;
  host.addHook('preClose', async () => void (isClosing = true));
  host.addHook('onReady', async () => {
    const ordinary = server instanceof Server ? listenerOf(server) : undefined;
    if (ordinary === undefined || (server.maxRequestsPerSocket ?? 0) > 0) return;
    if (face.cacheControl || !isPlainPath(path) || !isAlone(host, path, route)) return;
    const tellsClientGone = host.hasRequestDecorator('abortSignal');
    const { maxHeaderSize = MAX_HEAD_BYTES } = server as { maxHeaderSize?: number };
    const lane: Lane = {
      face,
      server,
      line: requestLineOf(path),
      route,
      maxHeadBytes: maxHeaderSize,
      guard: host[LANE_GUARD],
      connections: new Set(),
      ends: new AnswerEnds(server),
      isOpen: () => server.listening && !isClosing,
      isClosing: () => isClosing,
      handOver(socket, bytes) {
        // Unless it is paused it would give the bytes to nobody.
        socket.pause();
        if (bytes !== undefined) socket.unshift(bytes);
        ordinary.call(server, socket);
        socket.resume();
      },
      answered: (status, durationMs) => onAnswer?.({ route, status, durationMs }),
      left(phase) {
        if (tellsClientGone) publishClientGone({ method: 'GET', route, phase });
      },
    };
    server.off('connection', ordinary);
    server.on('connection', (socket) => void new LaneConnection(lane, socket));
    passLaneReads(server);
    closeWith(server, lane.connections);
  });
}

/** What node:http does with a connection, by the name that it has had for long. Other listeners go on to hear of each. */
function listenerOf(server: Server): Listener | undefined {
  return (server.listeners('connection') as Listener[]).find(({ name }) => name === 'connectionListener');
}

/** Whether every key belongs to this route: Fastify alone knows which routes were made before. */
function isAlone(host: FastifyInstance, path: string, route: string): boolean {
  const routes = routesIn(host.printRoutes({ method: 'GET' }));
  const beneath = routes.filter((url) => url.startsWith(`${path}/`) && !url.slice(path.length + 1).includes('/'));
  return beneath.length === 1 && beneath[0] === route;
}

/** What the server does with its connections it does with those of the lane, which it does not know. */
function closeWith(server: Server, connections: ReadonlySet<LaneConnection>): void {
  const closeIdle = server.closeIdleConnections.bind(server);
  const closeAll = server.closeAllConnections.bind(server);
  server.closeIdleConnections = () => {
    for (const connection of connections) connection.closeIfIdle();
    closeIdle();
  };
  server.closeAllConnections = () => {
    for (const connection of connections) connection.destroy();
    closeAll();
  };
}
