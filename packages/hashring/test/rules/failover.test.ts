import { describe, expect, it } from 'vitest';

import { createRing } from '../../src/index.ts';
import { allRight, checkPicks, servers } from './scenario.ts';

describe('scenarios with dead servers', () => {
  it('compare -1 where the client asks one server after another: nobody answered', () => {
    const dead = [0, 1, 2, 3];
    const options = { dead, tries: 20 };
    expect(checkPicks({ algorithm: 'cache-memcached-perl-rehash', options }, () => -1)).toEqual(allRight);
    const { wrong } = checkPicks(
      { algorithm: 'cache-memcached-perl-rehash', options: { ...options, dead: [0] } },
      () => -1,
    );
    expect(wrong).toBe(200);
  });

  it('count -1 as refused where no server is dead', () => {
    expect(checkPicks({ algorithm: 'gomemcache' }, () => -1)).toEqual({ cases: 0, refused: 200, wrong: 0 });
  });

  it.each([
    ['python-memcached-rehash', 'python-memcached', { retries: 1 }],
    ['cache-memcached-perl-rehash', 'cache-memcached', { tries: 0 }],
    ['dalli-ring-failover', 'dalli', { failover: false }],
  ] as const)('of %s take the number of attempts: %j is the owner alone', (algorithm, ring, options) => {
    const { pick } = createRing(servers, { algorithm: ring });
    const expected = (key: string) => (pick(key) === 2 ? -1 : pick(key));
    expect(checkPicks({ algorithm, options: { ...options, dead: [2] } }, expected)).toEqual(allRight);
    const { wrong } = checkPicks({ algorithm, options: { dead: [2] } }, expected);
    expect(wrong).toBeGreaterThan(20);
  });

  it('of nginx: a server that is known to be dead costs one of 21 looks', () => {
    const many = Array.from({ length: 30 }, (_, i) => ({ host: `10.0.1.${i}`, port: 80, weight: i === 29 ? 2 : 1 }));
    const dead = many.slice(0, 28).map((_, i) => i);
    const ring = createRing(many, { algorithm: 'nginx-hash' });
    const live = (key: string) => [...ring.sequence(key)].find((node) => node > 27)!;
    const scenario = { algorithm: 'nginx-hash-next', servers: many };
    expect(checkPicks({ ...scenario, options: { dead, max_fails: 0 } }, live)).toEqual(allRight);
    expect(checkPicks({ ...scenario, options: { dead, max_fails: 1 } }, live).wrong).toBeGreaterThan(0);
  });

  it('of npm memcached take a dead server out with remove, and keep it without', () => {
    const ring = createRing(servers, { algorithm: 'npm-hashring' });
    const left = ring.without(servers[1]!);
    const removed = (key: string) => [0, 2, 3][left.pick(key)]!;
    const kept = (key: string) => (ring.pick(key) === 1 ? -1 : ring.pick(key));
    const scenario = (remove: boolean) => ({ algorithm: 'node-hashring', options: { remove, dead: [1] } });
    expect(checkPicks(scenario(true), removed)).toEqual(allRight);
    expect(checkPicks(scenario(false), kept)).toEqual(allRight);
  });

  it.each(['memjs-modulo-failover', 'libmemcached-modula-ejected', 'twemproxy-ketama-ejected'])(
    'of %s are refused without the list of them, and with one of no server',
    (algorithm) => {
      expect(checkPicks({ algorithm }, () => 0).skipped).toBe('a scenario needs the list dead, got undefined');
      expect(checkPicks({ algorithm, options: { dead: [7] } }, () => 0).skipped).toContain('dead has 7');
    },
  );
});
