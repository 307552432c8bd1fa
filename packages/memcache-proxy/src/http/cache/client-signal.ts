import { setMaxListeners } from 'node:events';

import type { FastifyReply, FastifyRequest } from 'fastify';

import { MemcacheProxyError } from '../../memcache-proxy-error.ts';

/** What a plugin may add to requests: a signal that aborts when the client hangs up. */
export interface AbortableRequest {
  abortSignal?(): AbortSignal;
}

/** A signal that aborts when the client hangs up before it is answered. Ask only where work can be stopped by it. */
export function clientSignal(request: FastifyRequest, reply: FastifyReply): AbortSignal {
  const signal = makeSignal(request, reply);
  // Every key of a batch listens to it, and Node would warn of a leak.
  setMaxListeners(0, signal);
  return signal;
}

/**
 * Runs a task that the client's leaving ends.
 *
 * @throws MemcacheProxyError ERR_MEMCACHE_PROXY_CLIENT_GONE when it left, else what the task rejects with.
 */
export async function whileClientWaits<T>(
  request: FastifyRequest,
  reply: FastifyReply,
  task: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const signal = clientSignal(request, reply);
  try {
    return await task(signal);
  } catch (cause) {
    if (!signal.aborted) throw cause;
    throw new MemcacheProxyError('ERR_MEMCACHE_PROXY_CLIENT_GONE', 'the client hung up', { cause });
  }
}

function makeSignal(request: FastifyRequest, reply: FastifyReply): AbortSignal {
  const abortable = request as AbortableRequest;
  if (abortable.abortSignal !== undefined) return abortable.abortSignal();
  const controller = new AbortController();
  const { raw } = reply;
  if (raw.destroyed) controller.abort(hungUp());
  else raw.once('close', () => raw.writableFinished || controller.abort(hungUp()));
  return controller.signal;
}

function hungUp(): Error {
  return new DOMException('the client hung up', 'AbortError');
}
