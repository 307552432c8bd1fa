import assert from 'node:assert/strict';

import type { MetaReply, MetaRequest } from '../driver/meta.ts';
import { type ConformanceCase, needing, rejectsWithCode, textOf } from './conformance-case.ts';

/** Status, flags and value as text. */
function summary({ status, flags, value }: MetaReply): unknown[] {
  return [status, flags.join(' '), value?.toString()];
}

/** `meta`: commands of the meta protocol as they are. */
export const metaCases: readonly ConformanceCase[] = [
  needing(['meta'], 'stores, reads, counts and deletes by meta commands', async (driver, key) => {
    const value = Buffer.from('12');
    const stored = await driver.meta({ command: 'ms', key: key('k'), value, flags: ['k', 'F7', 'T100'] });
    assert.deepEqual(summary(stored), ['HD', `k${key('k')}`, undefined]);
    const read = await driver.meta({ command: 'mg', key: key('k'), flags: ['s', 'v', 'f'] });
    assert.deepEqual(summary(read), ['VA', 's2 f7', '12']);
    assert.deepEqual(summary(await driver.meta({ command: 'mg', key: key('k'), flags: [] })), ['HD', '', undefined]);
    const counted = await driver.meta({ command: 'ma', key: key('k'), flags: ['D30', 'v'] });
    assert.deepEqual(summary(counted), ['VA', '', '42']);
    assert.deepEqual(summary(await driver.meta({ command: 'md', key: key('k'), flags: [] })), ['HD', '', undefined]);
    assert.deepEqual(summary(await driver.meta({ command: 'md', key: key('k'), flags: [] })), ['NF', '', undefined]);
    const missed = await driver.meta({ command: 'mg', key: key('k'), flags: ['v', 'k'] });
    assert.deepEqual(summary(missed), ['EN', `k${key('k')}`, undefined]);
  }),

  needing(['meta'], 'tells apart by meta commands who has won a lease and who has not', async (driver, key) => {
    const request: MetaRequest = { command: 'mg', key: key('k'), flags: ['N30', 'v', 't'] };
    assert.deepEqual(summary(await driver.meta(request)), ['VA', 't30 W', '']);
    assert.deepEqual((await driver.meta(request)).flags.at(-1), 'Z');
    const add: MetaRequest = { command: 'ms', key: key('k'), value: Buffer.from('x'), flags: ['ME'] };
    assert.equal((await driver.meta(add)).status, 'NS');
    assert.equal((await driver.meta({ ...add, flags: ['C1'] })).status, 'EX');
    assert.equal((await driver.meta({ ...add, flags: [] })).status, 'HD');
    assert.equal((await driver.meta({ command: 'md', key: key('k'), flags: ['I'] })).status, 'HD');
    assert.deepEqual(summary(await driver.meta({ ...request, flags: ['v'] })), ['VA', 'X W', 'x']);
  }),

  needing(['meta'], 'keeps keys of base64 as the client sent them', async (driver, key) => {
    const bytes = Buffer.concat([Buffer.from(key('')), Buffer.from([0, 13, 10, 32])]);
    const request: MetaRequest = { command: 'ms', key: bytes, isBase64: true, value: Buffer.from('x'), flags: ['k'] };
    const named = [`k${bytes.toString('base64')}`, 'b'];
    assert.deepEqual((await driver.meta(request)).flags, named);
    const read = await driver.meta({ command: 'mg', key: bytes, isBase64: true, flags: ['v', 'k'] });
    assert.deepEqual([read.value?.toString(), read.flags], ['x', named]);
    const long: MetaRequest = { command: 'mg', key: Buffer.alloc(187, 'k'), isBase64: true, flags: [] };
    await rejectsWithCode(driver.meta(long), 'ERR_MEMCACHE_BAD_KEY');
  }),

  needing(['meta'], 'tells of an item what the server tells people who debug', async (driver, key) => {
    const named = key('k');
    await driver.set(named, 'value');
    const { status, flags, value } = await driver.meta({ command: 'me', key: named, flags: [] });
    assert.deepEqual([status, flags[0], value], ['ME', named, undefined]);
    assert.ok(flags.includes('exp=-1'));
    assert.deepEqual(summary(await driver.meta({ command: 'me', key: key('none'), flags: [] })), ['EN', '', undefined]);
    assert.equal(textOf(await driver.get(named)), 'value');
  }),

  needing(['meta'], 'takes a key for the flag of base64 in no command', async (driver, key) => {
    await driver.set(key('victim'), 'alive');
    const bytes = Buffer.from(`set ${key('victim')} 0 0 4\r\nPWND`);
    for (const isBase64 of [false, true]) {
      const named = { key: 'b', isBase64, flags: [] };
      assert.equal((await driver.meta({ ...named, command: 'ms', value: bytes })).status, 'HD');
      const read = await driver.meta({ ...named, command: 'mg', flags: ['v'] });
      assert.equal(read.value?.toString(), bytes.toString());
      assert.equal((await driver.meta({ ...named, command: 'md' })).status, 'HD');
    }
    assert.equal(textOf(await driver.get(key('victim'))), 'alive');
  }),

  needing(['meta'], 'refuses what is no flag of the command, and does nothing', async (driver, key) => {
    await driver.set(key('k'), 'alive');
    const refused: Partial<MetaRequest>[] = [
      ...['q', 'O1', 'b', '', 'x', 'v\r\nmd', 'T', 'Tx', 'T1 v', 'C-1', 'C18446744073709551616', 'v1', 'M'].map(
        (flag) => ({ flags: [flag] }),
      ),
      { flags: ['v', 'v'] },
      { command: 'md', flags: ['v'] },
      { command: 'ma', flags: ['MX'] },
      { command: 'ms' },
      { command: 'me', flags: ['k'] },
      { command: 'mg', value: Buffer.from('x') },
      { command: 'mn' as MetaRequest['command'] },
    ];
    for (const part of refused) {
      await assert.rejects(driver.meta({ command: 'mg', key: key('k'), flags: [], ...part }), TypeError);
    }
    await rejectsWithCode(driver.meta({ command: 'mg', key: '', flags: [] }), 'ERR_MEMCACHE_BAD_KEY');
    assert.equal(textOf(await driver.get(key('k'))), 'alive');
  }),

  needing(['meta'], 'rejects what the server refuses, and goes on', async (driver, key) => {
    await driver.set(key('k'), 'x');
    await rejectsWithCode(driver.meta({ command: 'ma', key: key('k'), flags: [] }), 'ERR_MEMCACHE_NOT_A_NUMBER');
    const value = Buffer.alloc(1024 * 1024 + 1);
    const large = driver.meta({ command: 'ms', key: key('large'), value, flags: [] });
    await rejectsWithCode(large, 'ERR_MEMCACHE_VALUE_TOO_LARGE');
    assert.equal(textOf(await driver.get(key('k'))), 'x');
  }),
];
