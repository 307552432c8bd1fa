import { MemcacheProxyError } from '../../memcache-proxy-error.ts';

/** What the body of a `PATCH` asks for. */
export interface Patch {
  /** Undefined when only the time to live is to be set. */
  readonly delta: bigint | undefined;
  readonly isDecrement: boolean;
  /** What a counter that is not there starts with. */
  readonly initial: unknown;
  /** Seconds; of a counter, for one that is created. */
  readonly ttl: unknown;
}

const MAX_UINT64 = 2n ** 64n - 1n;
const FIELDS = ['increment', 'decrement', 'initial', 'ttl'];
const SHAPE =
  'the body must be JSON of {"increment": n}, {"decrement": n}, both with "initial" and "ttl" if you like, or {"ttl": seconds}';

/**
 * Reads the body of a `PATCH`.
 *
 * @throws MemcacheProxyError ERR_MEMCACHE_PROXY_BAD_BODY naming what is wrong.
 */
export function parsePatch(body: Buffer): Patch {
  const fields = parseObject(body);
  for (const name of Object.keys(fields)) {
    if (!FIELDS.includes(name)) throw badBody(`${JSON.stringify(name.slice(0, 40))} is unknown: ${SHAPE}`);
  }
  const { increment, decrement, initial, ttl } = fields;
  if (increment !== undefined && decrement !== undefined) throw badBody(`not both increment and decrement: ${SHAPE}`);
  const amount = increment ?? decrement;
  if (amount === undefined && (ttl === undefined || initial !== undefined)) throw badBody(SHAPE);
  if (initial === undefined && ttl !== undefined && amount !== undefined) {
    throw badBody('"ttl" of a counter is for one that is created: give "initial" too');
  }
  if (initial !== undefined) parseCount('initial', initial);
  const isDecrement = decrement !== undefined;
  const name = isDecrement ? 'decrement' : 'increment';
  const delta = amount === undefined ? undefined : parseCount(name, amount);
  return { delta, isDecrement, initial, ttl };
}

/**
 * An unsigned 64-bit number, from a JSON number that is exact or from a string of digits.
 *
 * @throws MemcacheProxyError ERR_MEMCACHE_PROXY_BAD_BODY naming the field.
 */
export function parseCount(name: string, value: unknown): bigint {
  const isNumber = typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
  const isText = typeof value === 'string' && /^\d{1,20}$/.test(value);
  const count = isNumber || isText ? BigInt(value) : MAX_UINT64 + 1n;
  if (count <= MAX_UINT64) return count;
  throw badBody(
    `${name} must be a whole number from 0 to ${MAX_UINT64}, as a string when above ${Number.MAX_SAFE_INTEGER}`,
  );
}

function parseObject(body: Buffer): Record<string, unknown> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body.toString('utf8'));
  } catch (cause) {
    throw badBody(SHAPE, cause);
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) throw badBody(SHAPE);
  return parsed as Record<string, unknown>;
}

function badBody(message: string, cause?: unknown): MemcacheProxyError {
  return new MemcacheProxyError('ERR_MEMCACHE_PROXY_BAD_BODY', message, { cause });
}
