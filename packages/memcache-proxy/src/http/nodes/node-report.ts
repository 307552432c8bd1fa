import { STATUS_CODES } from 'node:http';

import type { NodeAnswer, NodeOutcome } from '@lockstep/memcache';

import { MemcacheProxyError } from '../../memcache-proxy-error.ts';
import { type Problem, toProblem } from '../problem.ts';
import type { StreamEvent } from '../push/stream-event.ts';

/** How one node answered a delete. */
export interface NodeDeleteOutcome {
  readonly node: string;
  /** `pending`: the policy was met before the node answered. */
  readonly outcome: 'deleted' | 'pending' | 'error';
  /** Of the error. */
  readonly code?: string;
}

/** A node that answered, and not as it should have, is a bad gateway; one that did not answer is away. */
const ANSWERED: ReadonlySet<string> = new Set(['ERR_MEMCACHE_SERVER', 'ERR_MEMCACHE_PROTOCOL']);

/** What somebody who knows more than the ring calls a node; undefined for its label or address. */
export type NodeNames = (node: NodeAnswer['node']) => string | undefined;

/** What one node holds under a key, as an event. */
export function toAnswerEvent({ node, item, error }: NodeAnswer, names?: NodeNames): StreamEvent {
  const name = nameOf(node, names);
  if (error !== undefined) return { event: 'answer', fields: { node: name, outcome: 'error', code: codeOf(error) } };
  if (item === undefined) return { event: 'answer', fields: { node: name, outcome: 'miss' } };
  const fields = { node: name, outcome: 'hit', flags: item.flags, size: item.value.length };
  return { event: 'answer', fields, body: item.value, bodyAs: 'base64' };
}

/** How each node answered a delete, without what their errors say. */
export function describeOutcomes(outcomes: readonly NodeOutcome[], names?: NodeNames): NodeDeleteOutcome[] {
  return outcomes.map(({ node: which, confirmed, isPending, error }): NodeDeleteOutcome => {
    const node = nameOf(which, names);
    if (confirmed) return { node, outcome: 'deleted' };
    if (isPending === true) return { node, outcome: 'pending' };
    return { node, outcome: 'error', code: codeOf(error) };
  });
}

/** The answer to a delete whose policy was not met. */
export interface PartialDeleteProblem extends Problem {
  readonly outcomes: readonly NodeDeleteOutcome[];
}

/** Puts a delete whose policy was not met into words; undefined when the error is another one. */
export function toPartialDelete(error: unknown, names?: NodeNames): PartialDeleteProblem | undefined {
  const outcomes = outcomesOf(error);
  if (outcomes === undefined) return undefined;
  const described = describeOutcomes(outcomes, names);
  const failed = described.filter(({ outcome }) => outcome === 'error');
  const status = failed.some(({ code }) => code !== undefined && ANSWERED.has(code)) ? 502 : 503;
  const message = `${failed.length} of ${described.length} nodes did not confirm the delete`;
  const problem = toProblem(new MemcacheProxyError('ERR_MEMCACHE_PROXY_PARTIAL_DELETE', message));
  return { ...problem, status, title: STATUS_CODES[status] ?? problem.title, outcomes: described };
}

/** A backend may have wrapped the pool's error. */
function outcomesOf(error: unknown): readonly NodeOutcome[] | undefined {
  for (let current = error; current instanceof Error; current = current.cause) {
    const { outcomes } = current as { outcomes?: readonly NodeOutcome[] };
    if (Array.isArray(outcomes) && outcomes.length > 0) return outcomes;
  }
  return undefined;
}

function nameOf(node: NodeAnswer['node'], names: NodeNames | undefined): string {
  const { label, host, port } = node;
  return names?.(node) ?? label ?? (port === undefined || host.startsWith('/') ? host : `${host}:${port}`);
}

function codeOf(error: unknown): string {
  const { code } = (error ?? {}) as { code?: unknown };
  return typeof code === 'string' ? code : 'ERR_INTERNAL';
}
