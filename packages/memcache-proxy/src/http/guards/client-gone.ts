import { channel } from 'node:diagnostics_channel';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

import type { FastifyInstance, FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import fastifyPlugin from 'fastify-plugin';

import { MemcacheProxyError } from '../../memcache-proxy-error.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The answer goes on until the client leaves: once it has begun, leaving is no hang-up. @default false */
    readonly endless?: boolean;
  }
  interface FastifyRequest {
    /**
     * Aborts when the client hangs up before it has its whole answer, with
     * ERR_MEMCACHE_PROXY_CLIENT_GONE; never after. Made on the first call: a request that does not
     * ask does not pay. Registered by `clientGone`.
     */
    abortSignal(): AbortSignal;
  }
}

/** A message on the channel `lockstep:memcache-proxy:aborted`: a client hung up before it had its answer (499). */
export interface ClientGone {
  readonly method: string;
  /** The pattern of the route, never the URL; empty where no route matched. */
  readonly route: string;
  /** Whether the head of the answer had been sent. */
  readonly phase: 'waiting' | 'answering';
}

/** The name of the diagnostics channel that carries a `ClientGone` for each request whose client hung up. */
export const CLIENT_GONE_CHANNEL: string = 'lockstep:memcache-proxy:aborted';

const gone = channel(CLIENT_GONE_CHANNEL);

interface Pending {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly route: string;
  readonly isEndless: boolean;
  controller: AbortController | undefined;
}

const pendingOf = Symbol('requests under way');

interface WatchedSocket extends Socket {
  /** What is under way on the connection: one request, or some when a client pipelines. */
  [pendingOf]?: Pending[];
}

/**
 * A Fastify plugin that notices clients that hang up: it gives every request of its scope
 * `abortSignal()` and publishes a `ClientGone`. One listener per connection, none per request.
 * Registering it again, also in a scope inside, does nothing. HTTP/1.1 only.
 */
export const clientGone: FastifyPluginAsync = fastifyPlugin(register, {
  name: '@lockstep/memcache-proxy/client-gone',
  fastify: '5.x',
});

async function register(host: FastifyInstance): Promise<void> {
  if (!decorateAbortSignal(host)) return;
  host.addHook('onRequest', (request, reply, done) => {
    const { url = '', config } = request.routeOptions;
    watchClient(request, reply, url, config.endless);
    done();
  });
}

/** Gives requests `abortSignal()`, for those that call `watchClient`; false when they have it already. */
export function decorateAbortSignal(host: FastifyInstance): boolean {
  if (host.hasRequestDecorator('abortSignal')) return false;
  host.decorateRequest('abortSignal', abortSignal);
  return true;
}

/** Notices when the client of this request hangs up. */
export function watchClient(request: FastifyRequest, reply: FastifyReply, route: string, isEndless = false): void {
  // The raw ones only: the last request of an idle connection stays here, and must not keep its body.
  const { raw } = request;
  track(raw.socket, { request: raw, response: reply.raw, route, isEndless, controller: undefined });
}

function track(socket: WatchedSocket, entry: Pending): void {
  const known = socket[pendingOf];
  if (known === undefined) {
    const pending = [entry];
    socket[pendingOf] = pending;
    socket.once('close', () => hangUp(pending));
    return;
  }
  // Usually the one before has been answered, and its place is free.
  if (known.length === 1 && known[0]?.response.writableFinished === true) known[0] = entry;
  else known.splice(0, known.length, ...known.filter(({ response }) => !response.writableFinished), entry);
}

function hangUp(pending: readonly Pending[]): void {
  for (const { request, response, route, isEndless, controller } of pending) {
    if (response.writableFinished) continue;
    const hasLeft = isEndless && response.headersSent;
    if (!hasLeft) {
      const phase = response.headersSent ? 'answering' : 'waiting';
      publishClientGone({ method: request.method ?? '', route, phase });
    }
    controller?.abort(clientGoneError());
  }
}

/** Publishes a client that hung up; free when nobody listens. */
export function publishClientGone(message: ClientGone): void {
  if (gone.hasSubscribers) gone.publish(message);
}

function abortSignal(this: FastifyRequest): AbortSignal {
  const { raw } = this;
  const entry = (raw.socket as WatchedSocket)[pendingOf]?.find(({ request }) => request === raw);
  if (entry?.controller !== undefined) return entry.controller.signal;
  const controller = new AbortController();
  if (entry !== undefined) entry.controller = controller;
  if (raw.socket.destroyed && entry?.response.writableFinished !== true) controller.abort(clientGoneError());
  return controller.signal;
}

function clientGoneError(): MemcacheProxyError {
  return new MemcacheProxyError('ERR_MEMCACHE_PROXY_CLIENT_GONE', 'the client hung up before it had its answer');
}
