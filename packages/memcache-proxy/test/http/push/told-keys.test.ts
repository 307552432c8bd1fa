import { createMemoryLog } from '@lockstep/invalidation';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { fromStoredKey, toStoredKey } from '../../../src/http/cache/stored-key.ts';
import { startChangesLab } from './changes-lab.ts';

const stored = (key: string): string => toStoredKey(Buffer.from(key), 'hash').toString();

describe('the keys in the stream of changes', () => {
  it('are those of clients where memcached has another form of them, and so are the prefixes', async () => {
    const { log, open } = await startChangesLab({}, createMemoryLog());
    const all = await open();
    const some = await open('?prefix=my%20key&prefix=user:a%20');
    await expect.poll(() => [all, some].map((client) => client.of('ready').length)).toEqual([1, 1]);
    await log.publish([stored('my key 1'), stored('user:a b'), stored('user:b b'), '~b*', 'plain~b']);
    await expect
      .poll(() => [all, some].map((client) => client.of('invalidate').map(({ keys }) => keys)))
      .toEqual([[['my key 1', 'user:a b', 'user:b b', '~b*', 'plain~b']], [['my key 1', 'user:a b']]]);
    for (const client of [all, some]) client.hangUp();
  });

  it('that are hashed are told by what is known of them, to everybody whom they may concern', async () => {
    const { log, open } = await startChangesLab({}, createMemoryLog());
    const queries = ['', '?prefix=user:', '?prefix=user:xxxx', '?prefix=us', '?prefix=order:'];
    const clients = await Promise.all(queries.map((query) => open(query)));
    await expect.poll(() => clients.map((client) => client.of('ready').length)).toEqual(queries.map(() => 1));
    const id = await log.publish([stored(`user:${'x'.repeat(300)}`), 'user:2']);
    await log.publish(['order:1', 'user:xxxx']);
    const told = { event: 'invalidate', id, encoding: 'utf8', hashed: true, prefixes: ['user:'] };
    await expect
      .poll(() => clients.map((client) => client.of('invalidate').slice(0, -1)))
      .toEqual([
        [{ ...told, keys: ['user:2'] }],
        [{ ...told, keys: ['user:2'] }],
        [{ ...told, keys: [] }],
        [{ ...told, keys: ['user:2'] }],
        [],
      ]);
    for (const client of clients) client.hangUp();
  });

  it('that are hashed have more than 186 bytes', () => {
    const lengths = Array.from({ length: 101 }, (_, prefix) => {
      const start = prefix === 0 ? '' : `${'p'.repeat(prefix - 1)}:`;
      let rest = 1;
      while (!fromStoredKey(stored(`${start}${' '.repeat(rest)}`)).isHashed) rest++;
      return prefix + rest;
    });
    expect(Math.min(...lengths)).toBe(187);
  });

  it('come back from their stored form', () => {
    const part = fc.constantFrom('a', ':', '~b', '~h', ' ', 'ключ', 'x'.repeat(60));
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 6 }), (parts) => {
        const key = parts.join('');
        const back = fromStoredKey(stored(key));
        expect(back.isHashed ? key.startsWith(back.text) : back.text === key).toBe(true);
      }),
    );
  });
});
