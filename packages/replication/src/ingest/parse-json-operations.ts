import { isUtf8 } from 'node:buffer';

import { checkOperation } from '../operation/check-operation.ts';
import type { Operation, RowVersion } from '../operation/operation.ts';
import { type ParsedOperations, readBase64 } from './parsed-operations.ts';

const MEMBERS = {
  set: ['method', 'key', 'keyBase64', 'value', 'flags', 'expiresAt', 'version'],
  delete: ['method', 'key', 'keyBase64', 'version'],
} as const;

/** Half of a surrogate pair, which JSON can name and UTF-8 cannot. */
const HALF_PAIR = /\p{Surrogate}/u;

/**
 * Reads `{ "operations": [ … ] }`, each `{ "method": "set", "key": text, "value": base64, "flags"?: number,
 * "expiresAt"?: seconds since the epoch, "version"?: number or text of digits }` or `{ "method": "delete",
 * "key": text, "version"? }`; `keyBase64` in place of `key` for keys that are no text. A version above 2^53 must be text.
 */
export function parseJsonOperations(body: Buffer, maxOperations: number): ParsedOperations {
  // What is no UTF-8 would name another key than the one that was meant.
  if (!isUtf8(body)) return refuse('the body is no UTF-8');
  let document: unknown;
  try {
    document = JSON.parse(body.toString());
  } catch {
    return refuse('the body is no JSON');
  }
  const list = (document as { operations?: unknown } | null)?.operations;
  if (!Array.isArray(list)) return refuse('the body has no list "operations"');
  if (list.length > maxOperations)
    return refuse(`there are ${list.length} operations, and at most ${maxOperations} may be`);
  const operations: Operation[] = [];
  const problems: string[] = [];
  for (const [at, item] of (list as unknown[]).entries()) {
    try {
      operations.push(readOperation(item));
    } catch (error) {
      problems.push(`operations[${at}]: ${(error as Error).message}`);
    }
  }
  return { operations, problems };
}

function readOperation(item: unknown): Operation {
  if (typeof item !== 'object' || item === null) throw new TypeError('it is no object');
  const given = item as Record<string, unknown>;
  const { method, key, keyBase64, value, flags = 0, expiresAt = 0 } = given as { [name: string]: unknown };
  const versioned = readVersion(given['version']);
  if (method !== 'set' && method !== 'delete') throw new TypeError('method must be "set" or "delete"');
  const unknown = Object.keys(given).find((name) => !(MEMBERS[method] as readonly string[]).includes(name));
  if (unknown !== undefined) throw new TypeError(`a ${method} has no member ${JSON.stringify(unknown.slice(0, 40))}`);
  const keyBytes = readKey(key, keyBase64);
  if (method === 'delete') return checked({ kind: 'delete', key: keyBytes, ...versioned });
  const valueBytes = typeof value === 'string' ? readBase64(value) : undefined;
  if (valueBytes === undefined) throw new TypeError('value must be base64');
  if (typeof flags !== 'number' || typeof expiresAt !== 'number')
    throw new TypeError('flags and expiresAt must be numbers');
  return checked({ kind: 'set', key: keyBytes, value: valueBytes, flags, expiresAt, ...versioned });
}

function readKey(key: unknown, keyBase64: unknown): Buffer {
  if ((key === undefined) === (keyBase64 === undefined)) throw new TypeError('it needs key or keyBase64, and not both');
  if (typeof key === 'string') {
    if (HALF_PAIR.test(key)) throw new TypeError('key has half of a surrogate pair: name it by keyBase64');
    return Buffer.from(key);
  }
  const bytes = typeof keyBase64 === 'string' ? readBase64(keyBase64) : undefined;
  if (bytes === undefined) throw new TypeError('key must be text, or keyBase64 base64');
  return bytes;
}

function readVersion(version: unknown): { readonly version?: RowVersion } {
  if (version === undefined) return {};
  if (typeof version === 'number' && Number.isSafeInteger(version)) return { version };
  if (typeof version === 'string' && /^\d{1,20}$/.test(version)) return { version: BigInt(version) };
  throw new TypeError('version must be a whole number up to 2^53, or up to 20 digits as text');
}

function checked(operation: Operation): Operation {
  checkOperation(operation);
  return operation;
}

function refuse(problem: string): ParsedOperations {
  return { operations: [], problems: [problem] };
}
