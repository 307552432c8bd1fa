import { MemcacheProxyError } from '../../memcache-proxy-error.ts';
import { type AddressEntry, compileEntries } from './address-entry.ts';

/** What a client wants the stored lists to be; a list that it left out stays. */
export interface BanBody {
  readonly allow?: readonly AddressEntry[];
  readonly ban?: readonly AddressEntry[];
}

type Json = Readonly<Record<string, unknown>>;

const MAX_SECONDS = 10 * 365 * 86_400;

/**
 * Reads `{ "allow": […], "ban": […] }`: ranges, or objects with `range` and `until` or `forSeconds`.
 *
 * @throws MemcacheProxyError ERR_MEMCACHE_PROXY_BAD_BANS naming what is wrong.
 */
export function readBanBody(body: unknown, nowMs: number): BanBody {
  const value = parseObject(body, ['allow', 'ban']);
  const readList = (name: 'allow' | 'ban'): Partial<BanBody> => {
    const list = value[name];
    if (list === undefined) return {};
    if (!Array.isArray(list)) throw bad(`${name} must be a list`);
    const inputs = list.map((entry: unknown, index) => {
      if (typeof entry === 'string') return entry;
      const fields = asObject(`${name}[${index}]`, entry, ['range', 'until', 'forSeconds', 'origin']);
      if (typeof fields['range'] !== 'string') throw bad(`${name}[${index}].range must be an address or a range`);
      const until = untilOf(`${name}[${index}]`, fields, nowMs);
      return until === undefined ? fields['range'] : { range: fields['range'], until };
    });
    return { [name]: orBad(() => compileEntries(name, inputs).entries) };
  };
  return { ...readList('allow'), ...readList('ban') };
}

/**
 * Reads `{ "until": … }` or `{ "forSeconds": … }`; undefined for an empty body: for good.
 *
 * @throws MemcacheProxyError ERR_MEMCACHE_PROXY_BAD_BANS naming what is wrong.
 */
export function readUntil(body: unknown, nowMs: number): string | undefined {
  if (body === undefined || body === '') return undefined;
  const until = untilOf('the body', parseObject(body, ['until', 'forSeconds']), nowMs);
  if (until === undefined) return undefined;
  return orBad(() => compileEntries('the ban', [{ range: '0.0.0.0', until }]).entries[0]?.until);
}

function untilOf(where: string, { until, forSeconds }: Json, nowMs: number): string | undefined {
  if (until !== undefined && forSeconds !== undefined) throw bad(`${where} must have until or forSeconds, not both`);
  if (until !== undefined) return typeof until === 'string' ? until : fail(`${where}.until must be a date and time`);
  if (forSeconds === undefined) return undefined;
  if (!(typeof forSeconds === 'number' && forSeconds > 0 && forSeconds <= MAX_SECONDS)) {
    return fail(`${where}.forSeconds must be a number above 0 and at most ${MAX_SECONDS}`);
  }
  return new Date(nowMs + forSeconds * 1000).toISOString();
}

function parseObject(body: unknown, names: readonly string[]): Json {
  let value: unknown;
  try {
    value = JSON.parse(typeof body === 'string' ? body : '');
  } catch (error) {
    throw bad('the body must be JSON', error);
  }
  return asObject('the body', value, names);
}

function asObject(where: string, value: unknown, names: readonly string[]): Json {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return fail(`${where} must be an object`);
  const unknown = Object.keys(value).find((name) => !names.includes(name));
  if (unknown !== undefined)
    return fail(`${where} has the member ${JSON.stringify(unknown)}; known are ${names.join(', ')}`);
  return value as Json;
}

function orBad<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw bad((error as Error).message, error);
  }
}

function fail(message: string): never {
  throw bad(message);
}

function bad(message: string, cause?: unknown): MemcacheProxyError {
  return new MemcacheProxyError('ERR_MEMCACHE_PROXY_BAD_BANS', message, { cause });
}
