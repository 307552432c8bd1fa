import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { Mutation } from '../../src/driver/mutation.ts';
import { unpackMutations } from '../../src/driver/packed-mutations.ts';
import { type Collect, more } from '../../src/engine/request.ts';
import { batchCommands, collectBatch, expireMutations } from '../../src/protocol/batch.ts';
import { collectPacked, packedCommands, planPacked } from '../../src/protocol/packed-batch.ts';
import { createReply, type Reply } from '../../src/protocol/reply.ts';
import { packMutations } from '../pack-mutations.ts';

const nowMs = 1_700_000_000_500;
const now = nowMs / 1000;
const key = fc.integer({ min: 1, max: 250 }).map((length) => Buffer.from('k'.repeat(length)));
const mutation: fc.Arbitrary<Mutation> = fc.oneof(
  fc.record({ kind: fc.constant('delete' as const), key }),
  fc.record({
    kind: fc.constant('set' as const),
    key,
    value: fc.nat(400).map((length) => Buffer.alloc(length, 'v\r\n')),
    flags: fc.constantFrom(0, 1, 2 ** 32 - 1),
    expiresAt: fc.constantFrom(0, 1, now - 1, now, now + 0.2, now + 60, now + 40 * 86_400, 2 ** 33),
  }),
);
const mutations = fc.array(mutation, { minLength: 1, maxLength: 12 });
const opaque = fc.constantFrom(0, 9, 99, 999_999_999);

const answer: fc.Arbitrary<Partial<Reply>> = fc.constantFrom<Partial<Reply>>(
  { status: 'HD' },
  { status: 'HD' },
  { status: 'NF' },
  { status: 'NS' },
  { status: 'MN' },
  { status: 'EN' },
  { status: 'SERVER_ERROR', text: 'object too large for cache' },
  { status: 'SERVER_ERROR', text: 'out of memory storing object' },
  { status: 'SERVER_ERROR', text: 'busy' },
  { status: 'CLIENT_ERROR', text: 'bad data chunk' },
);

/** What comes of each answer, until the collector has its result or throws. */
function outcomes(collect: Collect<Buffer[]>, answers: readonly Partial<Reply>[]): string[] {
  const told: string[] = [];
  for (const given of answers) {
    try {
      const result = collect({ ...createReply(), ...given });
      told.push(result === more ? 'more' : `keys ${result.map(String).join()}`);
      if (result !== more) break;
    } catch (error) {
      told.push(String(error));
      break;
    }
  }
  return told;
}

describe('a packed batch', () => {
  it('is written as the same mutations one by one are', () => {
    fc.assert(
      fc.property(mutations, opaque, (batch, first) => {
        const wireKeys = batch.map((each) => each.key);
        const { body } = batchCommands(expireMutations(batch, nowMs), wireKeys, first);
        const packed = packMutations(batch);
        const all = batch.map((_, index) => index);
        expect(packedCommands(planPacked(packed, all, nowMs), first)).toEqual({ text: '', body });
        expect(unpackMutations(packed)).toEqual(batch);
      }),
    );
  });

  it('writes only those that are asked for, in that order', () => {
    const packed = packMutations(['a', 'b', 'c'].map((name) => ({ kind: 'delete' as const, key: Buffer.from(name) })));
    const { body } = packedCommands(planPacked(packed, [2, 0], nowMs), 7);
    expect(body?.toString()).toBe('md c O7\r\nmd a O8\r\nmn');
  });

  it('takes answers as the same mutations one by one do', () => {
    const ending = fc.constantFrom<Partial<Reply>>({ status: 'MN' }, { status: 'HD' });
    fc.assert(
      fc.property(mutations, fc.array(answer, { minLength: 12, maxLength: 12 }), ending, (batch, given, last) => {
        const answers = [...given.slice(0, batch.length), last];
        const packed = packMutations(batch);
        const all = batch.map((_, index) => index);
        const plain = outcomes(collectBatch(expireMutations(batch, nowMs)), answers);
        expect(outcomes(collectPacked(planPacked(packed, all, nowMs)), answers)).toEqual(plain);
      }),
      { numRuns: 500 },
    );
  });
});
