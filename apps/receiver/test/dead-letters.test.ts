import type { DeadLetter } from '@lockstep/replication';
import { describe, expect, it } from 'vitest';

import { parseDeadLettersArguments } from '../src/dead-letters-arguments.ts';
import { runDeadLettersCommand } from '../src/dead-letters-command.ts';
import { listDeadLetters } from '../src/dead-letters-ls.ts';
import { settleDeadLetters } from '../src/dead-letters-settle.ts';

const letter = (n: number, key: Buffer = Buffer.from(`key-${n}`)): DeadLetter => ({
  id: `${n}-0`,
  source: 'east',
  shard: 3,
  kind: 'set',
  key,
  valueBytes: 9,
  reason: 'too large',
});

/** Letters in memory, in pages as they would come from Redis. */
function keep(...kept: DeadLetter[]) {
  const lines: string[] = [];
  const out = { write: (text: string) => lines.push(...text.trimEnd().split('\n')) };
  return {
    lines,
    io: { stdout: out, stderr: out, env: {} },
    letters: {
      list: async ({ after = '0-0', limit = 100 }: { after?: string; limit?: number } = {}) =>
        kept.filter(({ id }) => Number.parseInt(id, 10) > Number.parseInt(after, 10)).slice(0, limit),
      count: async () => kept.length,
      async remove(id: string) {
        const at = kept.findIndex((one) => one.id === id);
        return at >= 0 && kept.splice(at, 1).length === 1;
      },
    },
    left: () => kept.map(({ id }) => id),
  };
}

describe('lockstep-receiver dead-letters', () => {
  it('prints letters for people and for programs, whatever bytes a key has', async () => {
    const { letters, io, lines } = keep(letter(1), letter(2, Buffer.from([0xff, 0x20])), letter(3));
    await expect(listDeadLetters(letters, { json: false, limit: 2 }, io)).resolves.toBe(0);
    await listDeadLetters(letters, { json: true, limit: 2 }, io);
    const facts = { source: 'east', shard: 3, kind: 'set', valueBytes: 9, reason: 'too large' };
    expect(lines).toEqual([
      'ID  FROM  KIND  BYTES  KEY  REASON',
      '1-0  east/3  set  9  key-1  too large',
      String.raw`2-0  east/3  set  9  \xff\x20  too large`,
      '1 more; --limit N prints N',
      JSON.stringify({ id: '1-0', ...facts, key: 'key-1' }),
      JSON.stringify({ id: '2-0', ...facts, keyBase64: '/yA=' }),
    ]);
  });

  it('says that there are none', async () => {
    const { letters, io, lines } = keep();
    await listDeadLetters(letters, { json: false, limit: 2 }, io);
    expect(lines).toEqual(['there are no dead letters']);
  });

  it('retries by deleting the key, and keeps a letter whose key cannot be deleted', async () => {
    const { letters, io, lines, left } = keep(letter(1), letter(2), letter(3));
    const forgotten: string[] = [];
    const forget = async (key: Buffer) => {
      if (key.toString() === 'key-2') throw new Error('node 2 is away');
      forgotten.push(key.toString());
    };
    await expect(settleDeadLetters(letters, { kind: 'retry', ids: [], forget }, io)).resolves.toBe(1);
    expect([forgotten, left()]).toEqual([['key-1', 'key-3'], ['2-0']]);
    expect(lines).toEqual(['2-0: node 2 is away', 'deleted again and removed: 2, failed: 1']);
  });

  it('drops those that are named, deletes nothing, and says which are not there', async () => {
    const { letters, io, lines, left } = keep(letter(1), letter(2), letter(3));
    const forget = () => expect.fail('nothing is deleted');
    await expect(settleDeadLetters(letters, { kind: 'drop', ids: ['3-0', '9-0'], forget }, io)).resolves.toBe(1);
    expect(left()).toEqual(['1-0', '2-0']);
    expect(lines).toEqual(['9-0: there is no such letter', 'removed: 1, failed: 0']);
  });

  it.each([
    [[], /ls, retry or drop is missing/],
    [['eat'], /unknown command "eat"/],
    [['ls', '--region', 'east'], /--config FILE is missing/],
    [['ls', '--config', 'x'], /--region NAME is missing/],
    [['ls', 'more', '--config', 'x', '--region', 'y'], /unexpected argument "more"/],
    [['ls', '--all', '--config', 'x', '--region', 'y'], /ls has no option --all/],
    [['ls', '--limit', 'many', '--config', 'x', '--region', 'y'], /--limit must be a whole number, got many/],
    [['retry', '--config', 'x', '--region', 'y'], /retry needs either IDs or --all/],
    [['drop', '--all', '1-0', '--config', 'x', '--region', 'y'], /drop needs either IDs or --all/],
    [['ls', '--nope'], /Unknown option '--nope'/],
  ])('refuses %j with the reason', (args, message) => {
    expect(() => parseDeadLettersArguments(args)).toThrow(message);
  });

  it('reads what is asked for', () => {
    const where = ['--config', 'x', '--region', 'y'];
    const parsed = { config: 'x', region: 'y' };
    expect(parseDeadLettersArguments(['ls', ...where])).toEqual({ kind: 'ls', ...parsed, json: false, limit: 100 });
    expect(parseDeadLettersArguments(['retry', '--all', ...where])).toEqual({ kind: 'retry', ...parsed, ids: [] });
    expect(parseDeadLettersArguments(['drop', '1-0', '2-0', ...where])).toMatchObject({ ids: ['1-0', '2-0'] });
  });

  it('ends with 0 for its usage, 2 for wrong arguments and 1 for a file that is not there', async () => {
    const { io, lines } = keep();
    await expect(runDeadLettersCommand(['--help'], io)).resolves.toBe(0);
    await expect(runDeadLettersCommand(['eat'], io)).resolves.toBe(2);
    await expect(runDeadLettersCommand(['ls', '--config', '/none.yaml', '--region', 'east'], io)).resolves.toBe(1);
    expect(lines[0]).toMatch(/^Usage: lockstep-receiver dead-letters ls/);
    expect(lines.at(-1)).toMatch(/none\.yaml/);
  });
});
