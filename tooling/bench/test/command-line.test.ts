import { describe, expect, it } from 'vitest';

import { parseCommandLine, UsageError, wantedBenches } from '../src/harness/command-line.ts';

const known = ['memcache', 'replication'];

describe('parseCommandLine', () => {
  it('runs everything when nothing is asked for', () => {
    expect(parseCommandLine([], known)).toEqual({ names: [], cases: [], quick: false, list: false });
  });

  it('takes names and options in any order', () => {
    const args = [
      '--quick',
      'replication',
      '--json',
      'out.json',
      'memcache',
      '--list',
      '--case',
      'get ×',
      '--case',
      'set',
    ];
    const expected = {
      names: ['replication', 'memcache'],
      cases: ['get ×', 'set'],
      quick: true,
      list: true,
      jsonFile: 'out.json',
    };
    expect(parseCommandLine(args, known)).toEqual(expected);
  });

  it('overlooks the dashes that a package manager hands on', () => {
    expect(parseCommandLine(['--', 'memcache', '--quick'], known)).toMatchObject({ names: ['memcache'], quick: true });
  });

  it('names the benches there are when there is no such bench', () => {
    expect(() => parseCommandLine(['memcached'], known)).toThrow(
      new UsageError('there is no bench memcached; there are: memcache, replication'),
    );
  });

  it.each([['--fast'], ['--json']])('refuses %s with the usage', (...args) => {
    expect(() => parseCommandLine(args, known)).toThrow('usage: pnpm bench');
  });
});

describe('wantedBenches', () => {
  const all = ['cache', 'lock', 'cache-faults', 'lock-faults'];

  it('are all when none is named', () => {
    expect(wantedBenches([], all)).toEqual(all);
  });

  it('have the faults of a bench with it, and by their own name without it', () => {
    expect(wantedBenches(['cache'], all)).toEqual(['cache', 'cache-faults']);
    expect(wantedBenches(['lock-faults'], all)).toEqual(['lock-faults']);
  });
});
