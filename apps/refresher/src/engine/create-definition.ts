import { type AnyRefreshOptions, defineRefresh, type RefreshDefinition, type RefreshLoader } from '@lockstep/refresh';
import type { RefreshSource } from '@lockstep/service-kit';

type Element = Record<string, unknown>;

/** Makes the definition of a source of the topology. */
export function createDefinition(name: string, source: RefreshSource, load: RefreshLoader<unknown>): RefreshDefinition {
  return defineRefresh(name, optionsOf(source, load));
}

function optionsOf(source: RefreshSource, load: RefreshLoader<unknown>): AnyRefreshOptions {
  const { load: _load, shape = 'value', primaryKey, score, policy: _policy, pool: _pool, ...rest } = source;
  const { ids: _ids, schedule: _schedule, warmUp: _warmUp, ...policy } = rest;
  if (shape === 'value') return { ...policy, shape, load };
  if (shape === 'list') return { ...policy, shape, load: load as RefreshLoader<unknown[]> };
  const elements = load as RefreshLoader<Element[]>;
  if (shape === 'zset') return { ...policy, shape, load: elements, score: scoreBy(score ?? 'score') };
  return { ...policy, shape, load: elements, ...(primaryKey === undefined ? {} : { primaryKey }) };
}

/** Databases give decimal numbers as text, so as to lose no digit; an order needs a number. */
function scoreBy(field: string): (element: Element) => number {
  return (element) => {
    const value = element[field];
    return typeof value === 'string' && value.trim() !== '' ? Number(value) : (value as number);
  };
}
