import { describe, expect, it } from 'vitest';

import { movementPlan } from '../../src/cli/movement-plan.ts';
import { createRing } from '../../src/ring/create-ring.ts';
import { files } from './folder.ts';
import { cells, run } from './run.ts';

const OLD = 'algorithm: ketama\nnodes: [cache-1:11211, cache-2:11211, cache-10:11211]\n';
const NEW = 'algorithm: ketama\nnodes: [cache-1:11211, cache-2:11211, "[::1]:11211"]\n';

describe('hashring plan', () => {
  it('prints what each node had and has, and what moves', () => {
    const { old, now } = files({ old: OLD, now: NEW });
    const { code, printed, complaint } = run('plan', '--from', old, '--to', now);
    expect({ code, complaint }).toEqual({ code: 0, complaint: '' });
    const rows = cells(printed);
    expect(rows).toContainEqual(['from', old, '3 nodes', 'ketama hash=md5']);
    const names = rows.filter(([, before]) => before?.endsWith('%') || before === '-').map(([name]) => name);
    expect(names).toEqual(['[::1]:11211', 'cache-1:11211', 'cache-2:11211', 'cache-10:11211']);
    const [oldRing, newRing] = [createRing(nodesOf('cache-10')), createRing(nodesOf('::1'))];
    const share = (ring: typeof oldRing, index: number) => `${(ring.shares().shares[index]! * 100).toFixed(2)} %`;
    expect(rows).toContainEqual(['[::1]:11211', '-', share(newRing, 2), `+${share(newRing, 2)}`, 'new']);
    expect(rows).toContainEqual(['cache-10:11211', share(oldRing, 2), '-', `-${share(oldRing, 2)}`, 'gone']);
    expect(printed).toContain(`${(oldRing.diff(newRing).moved * 100).toFixed(2)} % of the keys move (exact); `);
  });

  it('prints the ten biggest moves, and all of them where asked', () => {
    const many = (count: number) =>
      `algorithm: ketama\nnodes: [${Array.from({ length: count }, (_, i) => `c${i}`).join(', ')}]`;
    const { old, now } = files({ old: many(15), now: many(16) });
    const count = (printed: string) => cells(printed).filter(([, to]) => to?.startsWith('c')).length;
    const short = run('plan', '--from', old, '--to', now).printed;
    expect(count(short)).toBe(10);
    const { moves } = JSON.parse(run('plan', '--from', old, '--to', now, '--json').printed) as { moves: unknown[] };
    expect(moves.length).toBeGreaterThan(10);
    expect(short).toContain(`… and ${moves.length - 10} smaller moves: --all prints them`);
    const long = run('plan', '--from', old, '--to', now, '--all').printed;
    expect(count(long)).toBe(moves.length);
    expect(long).not.toContain('smaller moves');
  });

  it('prints JSON', () => {
    const { old, now } = files({ old: OLD, now: NEW });
    const plan = JSON.parse(run('plan', '--from', old, '--to', now, '--json').printed) as Record<string, unknown>;
    expect(plan).toMatchObject({
      from: { algorithm: 'ketama', hash: 'md5' },
      to: { algorithm: 'ketama' },
      exact: true,
      samples: 0,
      sharesExact: true,
      nodes: [
        { node: '[::1]:11211', before: null },
        { node: 'cache-1:11211' },
        {},
        { node: 'cache-10:11211', after: null },
      ],
      warnings: [],
    });
  });

  it('says that nothing moves where nothing does', () => {
    const { old } = files({ old: OLD });
    const { printed } = run('plan', '--from', old, '--to', old);
    expect(printed).toContain('0.00 % of the keys move (exact); 0.00 % is the least that had to.');
    expect(cells(printed)).not.toContainEqual(['from', 'to', 'share']);
  });

  it('says where shares are sampled', () => {
    const { old, now } = files({ old: OLD, now: 'algorithm: libmemcached-modula\nnodes: [cache-1, cache-2]' });
    const { printed } = run('plan', '--from', old, '--to', now);
    expect(printed).toMatch(/% of the keys move \(sampled over 200,000 keys\)/);
  });

  it('warns of nodes that get no key', () => {
    const { old, now } = files({ old: OLD, now: 'algorithm: ketama\nnodes: [cache-1:11211:200, cache-2:11211:1]' });
    expect(run('plan', '--from', old, '--to', now).printed).toContain('warning: cache-2:11211 gets no key after\n');
  });
});

describe('movementPlan', () => {
  it('takes the sum of the gains as the least that has to move', () => {
    const before = createRing(nodesOf('c'));
    const after = before.reweight(0, 3).with({ host: 'd' });
    const { nodes, minimum, moved } = movementPlan(before, after);
    const gains = nodes.map(({ change }) => change).filter((change) => change > 0);
    expect(gains.length).toBeGreaterThan(1);
    expect(minimum).toBeCloseTo(
      gains.reduce((sum, gain) => sum + gain, 0),
      12,
    );
    expect(moved).toBeGreaterThanOrEqual(minimum);
    expect(nodes.reduce((sum, { change }) => sum + change, 0)).toBeCloseTo(0, 12);
  });

  it('counts nodes with one address as one', () => {
    const before = createRing([{ host: 'a', label: 'x' }, { host: 'a', label: 'y' }, { host: 'b' }]);
    const { nodes, moved } = movementPlan(before, before);
    expect(nodes.map(({ node }) => node)).toEqual(['a:11211', 'b:11211']);
    expect(nodes[0]!.before! + nodes[1]!.before!).toBeCloseTo(1, 12);
    expect(moved).toBe(0);
  });
});

function nodesOf(third: string) {
  return [{ host: 'cache-1' }, { host: 'cache-2' }, { host: third }];
}
