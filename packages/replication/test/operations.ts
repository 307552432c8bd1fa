import type { DeleteOperation, SetOperation } from '../src/operation/operation.ts';

export function set(key: string, value: string | number): SetOperation {
  return { kind: 'set', key: Buffer.from(key), value: Buffer.from(String(value)), flags: 0, expiresAt: 0 };
}

export function del(key: string): DeleteOperation {
  return { kind: 'delete', key: Buffer.from(key) };
}
