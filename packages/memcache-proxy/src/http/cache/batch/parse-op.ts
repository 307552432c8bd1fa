import { MemcacheProxyError } from '../../../memcache-proxy-error.ts';
import { parseCount } from '../patch-body.ts';
import { BATCH_VERBS, type BatchOp, type BatchVerb, hasValue } from './batch-op.ts';

const VERBS: readonly string[] = BATCH_VERBS.slice(1);
const FIELDS: readonly string[] = ['op', 'key', 'keyBase64', 'value', 'valueBase64', 'flags', 'ttl', 'cas', 'delta'];
const MAX_UINT32 = 0xffff_ffff;
const LONE_SURROGATE = /\p{Surrogate}/u;
const BASE64 = /^[A-Za-z0-9+/_-]*={0,2}$/;

/**
 * One line of the ndjson form, such as `{"op":"set","key":"k","value":"text","flags":0,"ttl":60}`. Keys
 * and values that are no text are `keyBase64` and `valueBase64`; `cas` is the CAS value of a cas and
 * `delta` the amount of an incr or decr, both as strings where a number would not be exact.
 *
 * @throws MemcacheProxyError ERR_MEMCACHE_PROXY_BAD_BODY naming what is wrong.
 */
export function parseOp(text: string): BatchOp {
  const fields = parseFields(text);
  const verb = fields['op'];
  if (typeof verb !== 'string' || !VERBS.includes(verb)) throw bad(`"op" must be one of ${VERBS.join(', ')}`);
  const kind = verb as BatchVerb;
  const key = bytesOf(fields, 'key', true);
  const value = bytesOf(fields, 'value', hasValue(kind));
  if (!hasValue(kind) && (fields['value'] ?? fields['valueBase64']) !== undefined) throw bad(`${kind} takes no value`);
  return {
    verb: kind,
    key,
    value,
    flags: uint32(fields, 'flags'),
    ttl: uint32(fields, 'ttl'),
    number: numberOf(fields, kind),
  };
}

function numberOf(fields: Record<string, unknown>, verb: BatchVerb): bigint {
  if (verb === 'cas') return parseCount('cas', fields['cas']);
  if (verb === 'incr' || verb === 'decr') return parseCount('delta', fields['delta'] ?? 1);
  return 0n;
}

function parseFields(text: string): Record<string, unknown> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw bad('it is no JSON');
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) throw bad('it is no JSON object');
  const unknown = Object.keys(parsed).find((name) => !FIELDS.includes(name));
  if (unknown === undefined) return parsed as Record<string, unknown>;
  throw bad(`${JSON.stringify(unknown.slice(0, 40))} is unknown; there are ${FIELDS.join(', ')}`);
}

function bytesOf(fields: Record<string, unknown>, name: 'key' | 'value', isNeeded: boolean): Buffer {
  const text = fields[name];
  const base64 = fields[`${name}Base64`];
  if (text !== undefined && base64 !== undefined) throw bad(`not both ${name} and ${name}Base64`);
  if (typeof text === 'string') {
    if (LONE_SURROGATE.test(text)) throw bad(`"${name}" has half of a surrogate pair, which no bytes stand for`);
    return Buffer.from(text);
  }
  if (typeof base64 === 'string' && BASE64.test(base64)) return Buffer.from(base64, 'base64');
  if (text === undefined && base64 === undefined && !isNeeded) return Buffer.alloc(0);
  throw bad(`"${name}" must be a string, or "${name}Base64" base64`);
}

function uint32(fields: Record<string, unknown>, name: 'flags' | 'ttl'): number {
  const value = fields[name] ?? 0;
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= MAX_UINT32) return value;
  throw bad(`"${name}" must be a whole number from 0 to ${MAX_UINT32}`);
}

function bad(message: string): MemcacheProxyError {
  return new MemcacheProxyError('ERR_MEMCACHE_PROXY_BAD_BODY', message);
}
