import { describe, expect, it } from 'vitest';

import { parseOptions, UsageError } from '../src/options.ts';

describe('parseOptions', () => {
  it('runs two regions on the default ports without arguments', () => {
    expect(parseOptions([])).toMatchObject({ verify: false, regions: 2, basePort: undefined });
  });

  it('reads every option', () => {
    expect(parseOptions(['--verify', '--seconds', '5', '--seed', '42', '--regions', '3', '--ports', '4600'])).toEqual({
      verify: true,
      seconds: 5,
      seed: 42,
      regions: 3,
      basePort: 4600,
      database: undefined,
    });
    expect(parseOptions(['--database', 'sqlite'])).toMatchObject({ database: 'sqlite' });
  });

  it('gives nothing when help is asked for', () => {
    expect(parseOptions(['--help'])).toBeUndefined();
  });

  it.each([
    [['--regions', '1'], '--regions takes a whole number from 2 to 8, got "1"'],
    [['--regions', 'two'], '--regions takes a whole number from 2 to 8, got "two"'],
    [['--ports', '80'], '--ports takes a whole number from 1024 to 65000, got "80"'],
    [['--ports', '70000'], '--ports takes a whole number from 1024 to 65000, got "70000"'],
    [['--verify', '--seconds', '0'], '--seconds takes a whole number from 5 to 3600, got "0"'],
    [['--database', 'oracle'], '--database takes one of postgres, mariadb, sqlite, file, got "oracle"'],
    [['--verify', '--database', 'file'], '--database does not go with --verify, which has no coupons'],
    [['--seconds', '5'], '--seconds and --seed belong to --verify; add it: npm start -- --verify'],
  ])('refuses %j and says what would be right', (args, message) => {
    expect(() => parseOptions(args)).toThrow(new UsageError(message));
  });

  it('names an option that it does not know', () => {
    expect(() => parseOptions(['--region', '3'])).toThrow(/--region/);
  });
});
