import { checkOperation } from '../operation/check-operation.ts';
import type { Operation } from '../operation/operation.ts';
import { type ParsedOperations, readBase64 } from './parsed-operations.ts';

/** memcached's own rule: what is above it is a moment, what is not a number of seconds from now. */
const MAX_RELATIVE_SECONDS = 30 * 24 * 60 * 60;
const FIELDS = ['method', 'key', 'expire', 'arg'];

/**
 * Reads the form of older fleets: `method=set&key=…&expire=…&arg=<base64>` or `method=delete&key=…`, many of them
 * joined by `||`. Texts are percent-encoded. `expire` is as memcached takes it: 0 for never, up to 30 days in seconds
 * from now, else seconds since the epoch; a negative one makes it a delete.
 */
export function parseLegacyOperations(body: Buffer, maxOperations: number, nowMs: number): ParsedOperations {
  const text = body.toString('latin1').trim();
  if (text === '') return { operations: [], problems: ['the body is empty'] };
  const items = text.split('||');
  if (items.length > maxOperations) {
    return { operations: [], problems: [`there are ${items.length} operations, and at most ${maxOperations} may be`] };
  }
  const operations: Operation[] = [];
  const problems: string[] = [];
  for (const [at, item] of items.entries()) {
    try {
      const operation = readItem(item, nowMs);
      checkOperation(operation);
      operations.push(operation);
    } catch (error) {
      problems.push(`operation ${at + 1}: ${(error as Error).message}`);
    }
  }
  return { operations, problems };
}

function readItem(item: string, nowMs: number): Operation {
  const fields = new Map<string, Buffer>();
  for (const pair of item.trim().split('&')) {
    const equals = pair.indexOf('=');
    const name = equals < 0 ? pair : pair.slice(0, equals);
    if (!FIELDS.includes(name)) throw new TypeError(`there is no field ${JSON.stringify(name.slice(0, 40))}`);
    if (fields.has(name)) throw new TypeError(`the field ${name} is there twice`);
    fields.set(name, percentDecode(equals < 0 ? '' : pair.slice(equals + 1)));
  }
  const method = fields.get('method')?.toString();
  if (method !== 'set' && method !== 'delete') throw new TypeError('method must be set or delete');
  const key = fields.get('key');
  if (key === undefined) throw new TypeError('the field key is missing');
  if (method === 'delete') return { kind: 'delete', key };
  // A space is a plus that somebody decoded on the way.
  const value = readBase64((fields.get('arg')?.toString() ?? '?').replaceAll(' ', '+'));
  if (value === undefined) throw new TypeError('arg must be base64');
  const expire = fields.get('expire')?.toString() ?? '0';
  if (!/^-?\d{1,12}$/.test(expire)) throw new TypeError('expire must be a whole number of seconds');
  const seconds = Number(expire);
  if (seconds < 0) return { kind: 'delete', key };
  const isRelative = seconds > 0 && seconds <= MAX_RELATIVE_SECONDS;
  return { kind: 'set', key, value, flags: 0, expiresAt: isRelative ? nowMs / 1000 + seconds : seconds };
}

function percentDecode(text: string): Buffer {
  if (/%(?![0-9A-Fa-f]{2})/.test(text)) throw new TypeError('a percent sign is not followed by two digits');
  const bytes = text.replaceAll(/%(..)/g, (_, hex: string) => String.fromCodePoint(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1');
}
