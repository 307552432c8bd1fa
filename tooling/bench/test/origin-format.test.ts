import { describe, expect, it } from 'vitest';

import { decodeElement, encodeElement, joinElements, splitElements } from '../src/replication/origin-format.ts';

describe('the format of the origin design', () => {
  it('carries sets and deletes', () => {
    const body = joinElements([
      encodeElement({ kind: 'set', key: Buffer.from('a'), value: Buffer.from([0, 255]), flags: 0, expiresAt: 7 }),
      encodeElement({ kind: 'delete', key: Buffer.from('b') }),
    ]);
    expect(splitElements(body)).toEqual([
      { op: 'set', key: 'a', value: 'AP8=', expiresAt: 7 },
      { op: 'delete', key: 'b' },
    ]);
  });

  it('gives an operation back as it was', () => {
    const set = { kind: 'set', key: Buffer.from('a'), value: Buffer.from([0, 255]), flags: 0, expiresAt: 7 } as const;
    const drop = { kind: 'delete', key: Buffer.from('b') } as const;
    expect([set, drop].map((operation) => decodeElement(encodeElement(operation)))).toEqual([set, drop]);
  });
});
