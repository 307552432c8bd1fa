import { describe, expect, it } from 'vitest';

import { algorithms } from '../../src/algorithms/algorithms.ts';
import { presetNames } from '../../src/config/preset-options.ts';
import { createRing } from '../../src/ring/create-ring.ts';
import { files } from './folder.ts';
import { cells, run } from './run.ts';

const HOSTS = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];

describe('hashring where', () => {
  it('prints the node, the failover order and the replicas of each key', () => {
    const { ring: file } = files({ ring: `algorithm: ketama\nnodes: [${HOSTS.join(', ')}]` });
    const ring = createRing(HOSTS.map((host) => ({ host })));
    const { code, printed } = run('where', 'user:42', 'ключ', 'a b', '--ring', file);
    expect(code).toBe(0);
    const rows = cells(printed);
    expect(rows).toContainEqual(['key', 'node', 'failover order (first 5)', 'replicas (first 5)']);
    const names = (indexes: Iterable<number>) => [...indexes].slice(0, 5).map((index) => `${HOSTS[index]}:11211`);
    for (const [key, shown] of [
      ['user:42', 'user:42'],
      ['ключ', 'ключ'],
      ['a b', '"a b"'],
    ] as const) {
      const failover = names(ring.sequence(key));
      const replicas = names(ring.replicas(key, 5));
      expect(rows).toContainEqual([shown, replicas[0], failover.join(' → '), replicas.join(', ')]);
    }
  });

  it('prints JSON', () => {
    const { printed } = run('where', 'k', '--nodes', 'a,b:11212:2,[::1]:11211', '--depth', '2', '--json');
    const ring = createRing([{ host: 'a' }, { host: 'b', port: 11212, weight: 2 }, { host: '::1' }]);
    const names = ['a:11211', 'b:11212', '[::1]:11211'];
    const replicas = ring.replicas('k', 2).map((index) => names[index]);
    expect(JSON.parse(printed)).toEqual({
      ring: ring.options,
      keys: [{ key: 'k', index: ring.pick('k'), node: replicas[0], failover: expect.any(Array) as unknown, replicas }],
    });
  });

  it.each([
    ...presetNames.map((name) => ['preset', name]),
    ...Object.keys(algorithms).map((name) => ['algorithm', name]),
  ])('answers for the %s %s as it is by default', (kind, name) => {
    const { code, printed, complaint } = run('where', 'user:42', '--nodes', 'a,b,c', `--${kind}`, name, '--json');
    expect({ code, complaint }).toEqual({ code: 0, complaint: '' });
    const { keys } = JSON.parse(printed) as { keys: { node: string; failover: string[]; replicas: string[] }[] };
    expect(keys[0]!.failover[0]).toBe(keys[0]!.node);
    expect(keys[0]!.replicas.toSorted()).toEqual(['a:11211', 'b:11211', 'c:11211']);
  });

  it('prints a unix socket by its path, however it is written', () => {
    const list = 'unix:///tmp/a.sock,unix:/tmp/b.sock,/tmp/c.sock';
    const { code, printed } = run('where', 'k', '--nodes', list, '--preset', 'pecl', '--json');
    expect(code).toBe(0);
    const { keys } = JSON.parse(printed) as { keys: { replicas: string[] }[] };
    expect(keys[0]!.replicas.toSorted()).toEqual(['/tmp/a.sock', '/tmp/b.sock', '/tmp/c.sock']);
  });

  it('complains of a key that the ring does not take', () => {
    const { code, complaint } = run('where', 'user:42', '--nodes', 'a,b', '--algorithm', 'jump:hash=uint64');
    expect({ code, complaint }).toEqual({
      code: 2,
      complaint: 'hashring: user:42: a key must be a decimal number below 2^64, got "user:42"\n',
    });
  });

  it('takes every key behind --', () => {
    const { printed } = run('where', '--nodes', 'a,b', '--json', '--', '-h', '--json');
    expect(JSON.parse(printed)).toMatchObject({ keys: [{ key: '-h' }, { key: '--json' }] });
  });

  it('takes a preset with options', () => {
    const options = 'pecl:strategy=standard,function=fnv';
    const ring = createRing(
      HOSTS.map((host) => ({ host })),
      { algorithm: 'pecl-memcache-standard', hash: 'fnv' },
    );
    const { printed } = run('where', 'k', '--nodes', HOSTS.join(','), '--preset', options, '--json');
    expect(JSON.parse(printed)).toMatchObject({ ring: ring.options, keys: [{ index: ring.pick('k') }] });
  });

  it.each([
    ['pecl:prefix=a,b', 'a,b'],
    ['pecl:prefix="12"', '12'],
    ["pecl:prefix='it''s'", "it's"],
    ['pecl:prefix=', ''],
    ['pecl:prefix={}=,function=crc32', '{}='],
  ])('reads the options of %s', (argument, prefix) => {
    const { printed } = run('where', 'k', '--nodes', 'a,b', '--preset', argument, '--json');
    expect(JSON.parse(printed)).toMatchObject({ ring: { prefix } });
  });
});
