import { describe, expect, it } from 'vitest';

import { presets } from '../../src/presets/presets.ts';
import { createRing } from '../../src/ring/create-ring.ts';
import { files } from './folder.ts';
import { cells, run } from './run.ts';

const FIVE = [1, 2, 3, 4, 5].map((number) => ({ host: `cache-${number}` }));

describe('hashring compare', () => {
  it('says on what share of the keys two presets disagree, and shows ten of them', () => {
    const { code, printed, complaint } = run('compare', 'php-memcached', 'twemproxy');
    expect({ code, complaint }).toEqual({ code: 0, complaint: '' });
    expect(printed).toContain('5 nodes: cache-1:11211, cache-2:11211, cache-3:11211, cache-4:11211, cache-5:11211\n');
    expect(printed).toMatch(/They disagree on \d+\.\d\d % of 200,000 sampled keys\.\n/);
    const php = createRing(FIVE, presets.phpMemcached());
    const share = Number(/disagree on ([\d.]+) %/.exec(printed)![1]);
    expect(share).toBeGreaterThan(70);
    const rows = cells(printed);
    expect(rows).toContainEqual(['key', 'php-memcached', 'twemproxy']);
    const examples = rows.filter(([key]) => key?.startsWith('sample:'));
    expect(examples).toHaveLength(10);
    for (const [key, left, right] of examples) {
      expect(left).toBe(`${php.get(key!).host}:11211`);
      expect(right).not.toBe(left);
    }
  });

  it('agrees where two clients are configured alike', () => {
    const { printed } = run('compare', 'php-memcached:libketamaCompatible=true', 'twemproxy:hash=md5');
    expect(printed).toContain('They agree on every key.');
    expect(printed).not.toContain('sample:');
  });

  it('is exact where both hash keys alike', () => {
    const { printed } = run('compare', 'ketama', 'libketama', '--nodes', 'a,b,c');
    expect(printed).toMatch(/They disagree on \d+\.\d\d % of the keys \(exact\)\./);
    expect(printed).toContain('3 nodes: a:11211, b:11211, c:11211\n');
  });

  it('takes the nodes of a file for the preset beside it', () => {
    const { ring } = files({ ring: 'algorithm: ketama\nnodes: [x:11211:2, y]' });
    for (const args of [
      [ring, 'pylibmc'],
      ['pylibmc', ring],
    ] as const) {
      expect(run('compare', ...args).printed).toContain('2 nodes: x:11211 (weight 2), y:11211\n');
    }
  });

  it('does not give the server names of a nutcracker.yml to a client that has no such names', () => {
    const pool = (names: boolean) => [
      'p:',
      '  hash: md5',
      '  servers:',
      ...['a', 'b', 'c'].map((host) => `  - ${host}:11211:1${names ? ` s${host}` : ''}`),
    ];
    const { named, plain } = files({ named: pool(true).join('\n'), plain: pool(false).join('\n') });
    const php = 'php-memcached:libketamaCompatible=true';
    expect(run('compare', plain, php).printed).toContain('They agree on every key.');
    expect(run('compare', named, php).printed).toContain('They disagree on ');
    expect(run('compare', named, plain).printed).toContain('They disagree on ');
  });

  it('compares two files with their own nodes', () => {
    const { one, two } = files({
      one: 'algorithm: ketama\nnodes: [x, y]',
      two: 'algorithm: ketama\nnodes: [x, z]',
    });
    const { printed } = run('compare', one, two);
    expect(cells(printed)).toContainEqual([one, '2 nodes: x:11211, y:11211']);
    expect(cells(printed)).toContainEqual([two, '2 nodes: x:11211, z:11211']);
    expect(run('compare', one, two, '--nodes', 'a').complaint).toContain('--nodes are the nodes of a preset');
    expect(run('compare', one, 'ketama', '--nodes', 'x,y').code).toBe(0);
  });

  it('prints JSON', () => {
    const { printed } = run('compare', 'ketama', 'libketama', '--nodes', 'a,b,c', '--json');
    const result = JSON.parse(printed) as {
      disagree: number;
      examples: { key: string; left: string; right: string }[];
    };
    const nodes = ['a', 'b', 'c'].map((host) => ({ host }));
    const [left, right] = [createRing(nodes), createRing(nodes, { algorithm: 'libketama' })];
    expect(result).toMatchObject({
      configurations: [
        { name: 'ketama', options: left.options, nodes },
        { name: 'libketama', options: right.options, nodes },
      ],
      disagree: left.diff(right).moved,
      exact: true,
    });
    expect(result.examples).toHaveLength(10);
    for (const one of result.examples) {
      expect(one).toEqual({
        key: one.key,
        left: `${left.get(one.key).host}:11211`,
        right: `${right.get(one.key).host}:11211`,
      });
    }
  });
});
