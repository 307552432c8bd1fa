import type { RedisClient, RedisScript } from '@lockstep/core';
import * as fc from 'fast-check';

import { createAppendScript, beatScript, createClearScript, laggardsScript } from '@lockstep/invalidation/scripts';
import { claim } from '../../../src/shared/lua/claim.ts';
import { fence } from '../../../src/shared/lua/fence.ts';
import { fill } from '../../../src/shared/lua/fill.ts';
import { release } from '../../../src/shared/lua/release.ts';
import { tags } from '../../../src/shared/lua/tags.ts';
import { verify } from '../../../src/shared/lua/verify.ts';

/** The text of a script, as it is sent to a server that does not know it. */
export async function textOf(script: RedisScript): Promise<string> {
  let text = '';
  const spy = {
    call(verb: string, name: string) {
      text = name;
      return verb === 'EVAL' ? Promise.resolve(null) : Promise.reject(new Error('NOSCRIPT'));
    },
  };
  await script.run(spy as unknown as RedisClient, [], []);
  return text;
}

async function callOf(
  script: RedisScript,
  keys: fc.Arbitrary<readonly string[]>,
  args: fc.Arbitrary<readonly string[]>,
): Promise<fc.Arbitrary<string[]>> {
  const text = await textOf(script);
  return fc.tuple(keys, args).map(([names, words]) => ['EVAL', text, String(names.length), ...names, ...words]);
}

const epoch = fc.constantFrom('aaaaaaaa', 'bbbbbbbb', 'cccccccc');
const flag = fc.constantFrom('0', '1');
const sequence = fc.nat(12).map(String);
const key = fc.constantFrom('k1', 'k2');
const tag = fc.constantFrom('red', 'green');
const word = (...texts: string[]): fc.Arbitrary<string> => fc.constantFrom(...texts);
const state = 'state';
const log = 'log';
const follower = fc.constantFrom('f1', 'f2');
const token = fc.tuple(epoch, word('t1', 't2')).map((parts) => parts.join(':'));
const row = fc.tuple(epoch, sequence, word('2000')).map((parts) => `${parts.join(':')}:1700000000000`);
const body = word('{"k":["k1"]}', '{"t":["red"]}', '{"k":["k2"],"a":1}');
const shared = (...of: string[]): string[] => of.flatMap((each) => [`d:${each}`, `l:${each}`]);

const append = fc
  .tuple(
    epoch,
    word('2', '100'),
    word('0', '1', '2', '3'),
    fc.uniqueArray(key),
    fc.uniqueArray(tag),
    fc.array(body, { minLength: 1 }),
  )
  .chain(([candidate, limit, mode, keys, marked, bodies]) => {
    const names = [state, log, ...(mode > '1' ? shared(...keys) : []), ...marked.map((each) => `t:${each}`)];
    const tagged = marked.length > 0 ? [String(marked.length), '60000'] : ['0'];
    const words = [candidate, limit, mode, ...tagged, ...bodies];
    return fc.constant({ names, words });
  });

/** Calls of every script of the log and of the shared tier, over the same few keys. */
export const scriptCall: fc.Arbitrary<string[]> = fc.oneof(
  fc
    .tuple(fc.constant(await textOf(createAppendScript({ channel: 'push' }))), append)
    .map(([text, { names, words }]) => ['EVAL', text, String(names.length), ...names, ...words]),
  await callOf(
    beatScript,
    fc.constant([state, log]),
    fc.tuple(
      epoch,
      flag,
      fc.oneof(epoch, word('', '*')),
      sequence,
      word('2', '100'),
      follower,
      word('0', '2000'),
      word('60000', '0'),
      flag,
      word('', 'aaaaaaaa:3'),
    ),
  ),
  await callOf(
    createClearScript(state),
    fc.constant([state, log]),
    fc.tuple(epoch, word('PUBLISH'), word('push'), flag, word('{"c":1}')),
  ),
  await callOf(laggardsScript, fc.constant([state]), fc.tuple(epoch, sequence, follower, row)),
  await callOf(
    claim,
    key.map((of) => [state, ...shared(of), `f:${of}`]),
    fc.tuple(fc.oneof(epoch, word('')), word('json'), word('t1', 't2'), word('60000'), flag, flag),
  ),
  await callOf(
    fill,
    key.map((of) => [state, ...shared(of)]),
    fc.tuple(token, word('60000', ''), word('60000', '0'), word(' 0 json '), word('payload')),
  ),
  await callOf(
    release,
    key.map((of) => [`l:${of}`]),
    fc.tuple(token),
  ),
  await callOf(
    fence,
    key.map((of) => [...shared(of), `f:${of}`]),
    fc.tuple(word('w1', 'w2'), word('60000', '90000')),
  ),
  await callOf(
    tags,
    tag.map((of) => [state, log, `t:${of}`]),
    fc.tuple(epoch, sequence, word('60000'), word('"red"', '"green"')),
  ),
  await callOf(verify, fc.constant([state]), fc.tuple(flag)),
  fc.constant<string[]>(['FLUSHALL']),
);
