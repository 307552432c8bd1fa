import { createHash } from 'node:crypto';

import { describe, expect, it } from 'vitest';

import { sha1 } from '../../src/hashes/sha1.ts';
import { createRing } from '../../src/index.ts';
import { keyWithCrc32 } from './key-with-crc32.ts';

const hosts = (count: number) => Array.from({ length: count }, (_, i) => ({ host: `10.0.${i >> 8}.${i & 255}` }));
const point = (label: string, i: number): number => sha1.key(`${label}:${i}`) >>> 0;

describe('dalli', () => {
  const five = hosts(5);

  it('gives a key that lies on a point to the owner of that point, and one below it to the point before', () => {
    const ring = createRing(five, { algorithm: 'dalli' });
    for (const [node, { host }] of five.entries()) {
      const value = point(`${host}:11211`, 7);
      expect(ring.pick(keyWithCrc32(value))).toBe(node);
      expect(ring.pick(keyWithCrc32(value + 1))).toBe(node);
    }
    const values = five.flatMap(({ host }, node) =>
      Array.from({ length: 160 }, (_, i) => ({ node, value: point(`${host}:11211`, i) })),
    );
    values.sort((a, b) => a.value - b.value);
    expect(ring.pick(keyWithCrc32(values[10]!.value - 1))).toBe(values[9]!.node);
    expect(ring.pick(keyWithCrc32(values[0]!.value - 1))).toBe(values.at(-1)!.node);
  });

  it('gives equal points to the last node of the list', () => {
    const many = hosts(1000);
    const owners = new Map<number, number[]>();
    for (const [node, { host }] of many.entries()) {
      for (let i = 0; i < 160; i++) {
        const value = point(`${host}:11211`, i);
        owners.set(value, [...(owners.get(value) ?? []), node]);
      }
    }
    const ties = [...owners].filter(([, nodes]) => nodes.length > 1);
    const ring = createRing(many, { algorithm: 'dalli' });
    expect(ties.length).toBeGreaterThan(0);
    for (const [value, nodes] of ties) expect(ring.pick(keyWithCrc32(value))).toBe(nodes.at(-1));
  });

  it('hashes the namespace and a colon in front of a key', () => {
    const plain = createRing(five, { algorithm: 'dalli' });
    const spaced = createRing(five, { algorithm: 'dalli', namespace: 'app' });
    for (let i = 0; i < 100; i++) {
      expect(spaced.pick(`key:${i}`)).toBe(plain.pick(`app:key:${i}`));
      expect([...spaced.sequence(`key:${i}`)]).toEqual([...plain.sequence(`app:key:${i}`)]);
    }
  });

  it('hashes of a key of more than 250 characters what it sends', () => {
    const plain = createRing(five, { algorithm: 'dalli' });
    const spaced = createRing(five, { algorithm: 'dalli', namespace: 'app' });
    const md5 = createHash('md5').update('x'.repeat(300)).digest('hex');
    const sent = `${'x'.repeat(212)}:md5:${md5}`;
    for (const key of ['x'.repeat(300), Buffer.alloc(300, 'x')]) {
      expect(plain.pick(key)).toBe(plain.pick(sent));
      expect([...plain.sequence(key)]).toEqual([...plain.sequence(sent)]);
      expect(spaced.pick(key)).toBe(plain.pick(`app:${key.toString()}`));
    }
  });

  it('hashes a key whose server is dead with a number in front, 19 times', () => {
    const ring = createRing(hosts(1000), { algorithm: 'dalli' });
    for (let i = 0; i < 50; i++) {
      const attempts = Array.from({ length: 19 }, (_, attempt) => ring.pick(`${attempt}key:${i}`));
      expect([...ring.sequence(`key:${i}`)]).toEqual([...new Set([ring.pick(`key:${i}`), ...attempts])]);
    }
  });

  it('stays with the owner without failover', () => {
    const ring = createRing(five, { algorithm: 'dalli', failover: false });
    for (let i = 0; i < 50; i++) expect([...ring.sequence(`key:${i}`)]).toEqual([ring.pick(`key:${i}`)]);
  });

  it('places a unix socket by its path', () => {
    const sockets = [{ host: '/run/a.sock' }, { host: '/run/b.sock' }];
    const ring = createRing(sockets, { algorithm: 'dalli' });
    expect(ring.pick(keyWithCrc32(point('/run/b.sock', 3)))).toBe(1);
  });
});
