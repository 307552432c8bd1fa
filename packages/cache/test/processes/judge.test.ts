import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { Judge, type MemberMessage } from './judge.ts';

const BOUND_MS = 10;
const key = 'k';

const confirmed = fc.record({
  kind: fc.constant('confirmed'),
  name: fc.constantFrom('a', 'b'),
  key: fc.constant(key),
  version: fc.integer({ min: 1, max: 6 }),
  at: fc.nat(50),
  everywhere: fc.boolean(),
});
const served = fc.record({
  kind: fc.constant('served'),
  name: fc.constantFrom('a', 'b'),
  by: fc.constant('get'),
  key: fc.constant(key),
  version: fc.integer({ min: 1, max: 6 }),
  beganAt: fc.nat(70),
});

type Message<Kind> = Extract<MemberMessage, { kind: Kind }>;

/** The rules as they are said. */
function rulesBroken(read: Message<'served'>, promises: readonly Message<'confirmed'>[]): string[] {
  const newer = promises.filter(({ version, at }) => version > read.version && at < read.beganAt);
  return [
    ...(newer.some(({ at }) => at < read.beganAt - BOUND_MS) ? ['bound'] : []),
    ...(newer.some(({ everywhere }) => everywhere === true) ? ['everywhere'] : []),
    ...(newer.some(({ name }) => name === read.name) ? ['own'] : []),
  ];
}

describe('the judge of the processes', () => {
  it('condemns exactly the reads that break a rule, in whatever order it hears of them', () => {
    fc.assert(
      fc.property(fc.array(confirmed, { maxLength: 8 }), served, fc.boolean(), (promises, read, isReadFirst) => {
        const judge = new Judge(BOUND_MS);
        for (const message of isReadFirst ? [read, ...promises] : [...promises, read]) judge.hear(message);
        expect(judge.verdict().map((line) => line.split(':')[0])).toEqual(rulesBroken(read, promises));
      }),
    );
  });

  it('condemns what is left behind what was confirmed or is owed by one who lives', () => {
    const judge = new Judge(BOUND_MS);
    judge.hear({ kind: 'confirmed', name: 'a', key, version: 2, at: 1 });
    judge.hear({ kind: 'owed', name: 'b', key, version: 3 });
    judge.hear({ kind: 'left', name: 'a', by: 'peek', key, version: 2 });
    expect(judge.verdict()).toEqual(['a peek k is left at v2, v3 was promised']);
    judge.forget('b');
    expect(judge.verdict()).toEqual([]);
    judge.hear({ kind: 'left', name: 'a', by: 'get', key, version: 1 });
    expect(judge.verdict()).toEqual(['a get k is left at v1, v2 was promised']);
  });
});
