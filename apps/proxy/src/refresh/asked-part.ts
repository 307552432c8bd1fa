import { MemcacheProxyError } from '@lockstep/memcache-proxy';
import type { Part, Shape } from '@lockstep/refresh';

/** Parameters of the query that say what of an entry is read; templates that serve a source cannot have them in their key. */
export const partParams: readonly string[] = ['page', 'limit', 'element'];

const defaultLimit = 100;
const maxLimit = 1000;
/** Beyond it a page is a mistake. */
const maxPage = 1_000_000;

/**
 * What of an entry a request reads: one `element`, a `page` of `limit` elements, or all of it.
 *
 * @throws MemcacheProxyError `ERR_MEMCACHE_PROXY_BAD_PARAMETER`.
 */
export function askedPart(query: Readonly<Record<string, unknown>>): Part {
  const [page, limit, element] = partParams.map((name) => one(query, name));
  if (element !== undefined) {
    if (page !== undefined || limit !== undefined) throw bad('element does not go with page or limit');
    if (element === '') throw bad('element is empty');
    return { kind: 'element', id: element };
  }
  if (page === undefined && limit === undefined) return { kind: 'whole' };
  const size = limit === undefined ? defaultLimit : integer('limit', limit, maxLimit);
  const number = page === undefined ? 1 : integer('page', page, maxPage);
  return { kind: 'page', offset: (number - 1) * size, limit: size };
}

/** @throws MemcacheProxyError `ERR_MEMCACHE_PROXY_BAD_PARAMETER` for a part that entries of the shape do not have. */
export function checkPart(part: Part, shape: Shape): void {
  if (part.kind === 'element' && shape !== 'hash') throw bad('the elements of this source have no keys');
  if (part.kind === 'page' && shape === 'value') throw bad('this source has no pages');
}

function one(query: Readonly<Record<string, unknown>>, name: string): string | undefined {
  const value = query[name];
  if (value === undefined || typeof value === 'string') return value;
  throw bad(`${name} is given more than once`);
}

function integer(name: string, text: string, max: number): number {
  const value = /^\d{1,9}$/.test(text) ? Number(text) : 0;
  if (value >= 1 && value <= max) return value;
  throw bad(`${name} must be a number from 1 to ${max}`);
}

function bad(message: string): MemcacheProxyError {
  return new MemcacheProxyError('ERR_MEMCACHE_PROXY_BAD_PARAMETER', message);
}
