import { channel } from 'node:diagnostics_channel';

import type { Clock } from '@lockstep/core';

import type { MemcacheError } from '../driver/memcache-error.ts';
import { commandName } from '../protocol/command-facts.ts';
import type { Request } from './request.ts';

/** A message of `lockstep:memcache:node`: calls to a node begin or cease to be sent. */
export interface NodeMessage {
  /** `host:port`, or the path of the socket. */
  readonly node: string;
  readonly state: 'up' | 'down';
  /** Why it is down. */
  readonly error?: MemcacheError;
}

/** A message of `lockstep:memcache:command`: a caller has got his answer. */
export interface CommandMessage {
  /** `host:port`, or the path of the socket. */
  readonly node: string;
  /** The command of the protocol, such as `mg`; `batch` for several. */
  readonly command: string;
  /** From the call to its answer. */
  readonly durationMs: number;
  /** `ok`, the `code` of the error, or else its name, such as `AbortError`. */
  readonly outcome: string;
}

const nodeChannel = channel('lockstep:memcache:node');
const commandChannel = channel('lockstep:memcache:command');

/** Tells whoever listens that a node is up or down. */
export function publishNode(node: string, state: 'up' | 'down', error?: MemcacheError): void {
  if (!nodeChannel.hasSubscribers) return;
  nodeChannel.publish({ node, state, ...(error === undefined ? {} : { error }) } satisfies NodeMessage);
}

/** What to tell how a call has ended that begins now: the error, unless there is a result. Undefined when nobody listens. */
export function watchCommand(node: string, command: string, clock: Clock): ((error?: unknown) => void) | undefined {
  if (!commandChannel.hasSubscribers) return undefined;
  const startedAt = clock.monotonic();
  return (error) => {
    const durationMs = clock.monotonic() - startedAt;
    commandChannel.publish({ node, command, durationMs, outcome: outcomeOf(error) } satisfies CommandMessage);
  };
}

/** True when anybody wants to know of commands. */
export function isObserved(): boolean {
  return commandChannel.hasSubscribers;
}

/** Has the request tell how it ends, when anybody listens. */
export function observeCommand(node: string, request: Request, clock: Clock): void {
  if (!commandChannel.hasSubscribers) return;
  request.onSettled = watchCommand(node, isOneCommand(request.text) ? commandName(request.text) : 'batch', clock);
}

/** The commands of a batch are in one text, or in the body. */
function isOneCommand(text: string): boolean {
  return text.indexOf('\r\n') === text.length - 2;
}

function outcomeOf(error: unknown): string {
  if (error === undefined) return 'ok';
  if (!(error instanceof Error)) return 'Error';
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}
