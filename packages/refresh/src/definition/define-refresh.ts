import type { Shape } from '../store/content.ts';
import { checkNumber } from '../check-number.ts';
import { decodeContent } from './decode-content.ts';
import { type ContentForm, encodeContent } from './encode-content.ts';
import { jsonCodec, type RefreshCodec } from './refresh-codec.ts';
import type {
  AnyRefreshOptions,
  HashRefreshOptions,
  ListRefreshOptions,
  RefreshDefinition,
  RefreshPolicy,
  ValueRefreshOptions,
  ZsetRefreshOptions,
} from './refresh-definition.ts';
import { checkSourceName } from './refresh-key.ts';

const SHAPES: ReadonlySet<unknown> = new Set<Shape>(['value', 'hash', 'list', 'zset']);

/**
 * Defines a source of time-limited data: how it is loaded, kept and refreshed. Nothing starts by it.
 *
 * @throws TypeError or RangeError for options that make no sense.
 */
export function defineRefresh<E>(
  name: string,
  options: HashRefreshOptions<E>,
): RefreshDefinition<ReadonlyMap<string, E>, E>;
export function defineRefresh<E>(
  name: string,
  options: ListRefreshOptions<E> | ZsetRefreshOptions<E>,
): RefreshDefinition<readonly E[], E>;
export function defineRefresh<T>(name: string, options: ValueRefreshOptions<T>): RefreshDefinition<T, T>;
export function defineRefresh(name: string, options: AnyRefreshOptions): RefreshDefinition;
export function defineRefresh(name: string, options: object): unknown {
  return makeDefinition(checkSourceName(name), options as LooseOptions);
}

/** The options of every shape at once, before they are checked. */
interface LooseOptions extends RefreshPolicy, Partial<Omit<ContentForm, 'maxBytes'>> {
  readonly load?: RefreshDefinition['load'];
}

function makeDefinition(name: string, options: LooseOptions): RefreshDefinition {
  const { shape = 'value', load, codec = jsonCodec<unknown>(), primaryKey, score } = options;
  if (!SHAPES.has(shape)) throw new TypeError(`shape must be value, hash, list or zset, got ${JSON.stringify(shape)}`);
  if (load !== undefined && typeof load !== 'function') throw new TypeError('load must be a function');
  checkCodec(codec);
  checkField('primaryKey', primaryKey, shape === 'hash');
  checkField('score', score, shape === 'zset');
  if (shape === 'zset' && score === undefined) throw new TypeError('a zset needs a score');
  const policy = checkPolicy(options);
  const form: ContentForm = { shape, codec, primaryKey, score, maxBytes: policy.maxBytes };
  return {
    ...policy,
    name,
    shape,
    load,
    encode: (data) => encodeContent(form, data),
    decode: (content) => decodeContent(form, content),
    encodeElement: (element) => codec.encode(element),
    decodeElement: (bytes) => codec.decode(bytes),
  };
}

function checkPolicy(options: LooseOptions): Required<RefreshPolicy> {
  const { ttlMs, whenEmpty = 'store', single = false, enabled = true } = options;
  checkNumber('ttlMs', ttlMs, { min: 1, max: MAX_MS });
  const { refreshBelowMs = ttlMs / 5, staleForMs = Math.min(10 * ttlMs, MAX_MS), settleMs = 200 } = options;
  const { loadTimeoutMs = 10_000, concurrency = 4, maxBytes = 16_777_216 } = options;
  checkNumber('refreshBelowMs', refreshBelowMs, { min: 0, max: ttlMs });
  checkNumber('staleForMs', staleForMs, { min: 0, max: MAX_MS });
  checkNumber('settleMs', settleMs, { min: 0, max: 60_000 });
  checkNumber('loadTimeoutMs', loadTimeoutMs, { min: 1, max: 3_600_000 });
  checkNumber('concurrency', concurrency, { min: 1, isInteger: true });
  checkNumber('maxBytes', maxBytes, { min: 1, max: 512 * 1024 * 1024, isInteger: true });
  if (whenEmpty !== 'store' && whenEmpty !== 'keep') throw new TypeError(`whenEmpty must be store or keep`);
  if (typeof single !== 'boolean') throw new TypeError('single must be true or false');
  if (typeof enabled !== 'boolean') throw new TypeError('enabled must be true or false');
  return {
    ttlMs,
    refreshBelowMs,
    staleForMs,
    settleMs,
    loadTimeoutMs,
    single,
    whenEmpty,
    concurrency,
    maxBytes,
    enabled,
  };
}

/** Ten years: what Redis takes as an expiry without a thought, and no test of a mistaken unit. */
const MAX_MS = 10 * 365 * 86_400_000;

function checkCodec(codec: Partial<RefreshCodec<unknown>>): void {
  if (typeof codec.encode !== 'function' || typeof codec.decode !== 'function') {
    throw new TypeError('codec must have encode and decode');
  }
}

function checkField(name: string, field: unknown, isOfShape: boolean): void {
  if (field === undefined) return;
  if (!isOfShape) throw new TypeError(`${name} is not for this shape`);
  if (typeof field !== 'function' && (typeof field !== 'string' || field === '')) {
    throw new TypeError(`${name} must be the name of a property or a function`);
  }
}
