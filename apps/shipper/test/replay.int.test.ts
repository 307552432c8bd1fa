import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { createJournal, decodeBlock, journalKeys, type Operation, shardOf } from '@lockstep/replication';
import { connectRedis, createLogger } from '@lockstep/service-kit';
import { type RedisServer, startRedis } from '@lockstep/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';

import { runReplayCommand } from '../src/replay-command.ts';

let redis: RedisServer;
let client: ReturnType<typeof connectRedis>;
let directory: string;
let where: string[];

beforeAll(async () => {
  redis = await startRedis();
  client = connectRedis({ url: redis.url, name: 'test', logger: createLogger({ name: 'test', level: 'silent' }) });
  directory = await mkdtemp(join(tmpdir(), 'shipper-replay-'));
  const file = join(directory, 'topology.yaml');
  const region = (port: number, mine: number, more = ''): string => `
    redis: redis://127.0.0.1:${port}
    pool: { nodes: [{ name: a, address: '127.0.0.1:2' }] }
    proxy: { http: '127.0.0.1:${mine + 3}', memcached: '127.0.0.1:${mine + 4}' }
    shipper: { http: '127.0.0.1:${mine + 5}' }
    receiver: { http: '127.0.0.1:${mine + 6}' }${more}`;
  const full = '\n    journal: { maxStreamBytes: 16 }';
  const regions = `  east:${region(redis.port, 20)}\n  west:${region(1, 30)}\n  full:${region(redis.port, 40, full)}\n`;
  await writeFile(file, `version: 1\nregions:\n${regions}`);
  where = ['--config', file, '--region', 'east'];
});
afterAll(async () => {
  client.disconnect();
  await redis.close();
  await rm(directory, { recursive: true });
});

async function run(...args: string[]): Promise<{ code: number; text: string }> {
  const lines: string[] = [];
  const out = { write: (text: string) => lines.push(text) };
  const code = await runReplayCommand(args, { stdout: out, stderr: out, env: {} });
  return { code, text: lines.join('') };
}

const store = (key: string): Operation => ({
  kind: 'set',
  key: Buffer.from(key),
  value: Buffer.from('v'),
  flags: 0,
  expiresAt: 0,
});

async function entriesOf(key: string): Promise<[string, string[]][]> {
  const { stream } = journalKeys('east', shardOf(Buffer.from(key), 16));
  const reply = (await client.callBuffer('XRANGE', stream, '-', '+')) as [Buffer, Buffer[]][];
  return reply.map(([id, fields]) => [
    id.toString(),
    decodeBlock(fields[1]!).operations.map((operation) => `${operation.kind} ${operation.key.toString()}`),
  ]);
}

it('deletes each key that was written after an id once more, at the end of the journal', async () => {
  await using journal = createJournal({ client, region: 'east' });
  await journal.append(store('user:1'));
  const [[id] = ['0-0']] = await entriesOf('user:1');
  await journal.append(store('user:1'));
  await journal.append(store('user:1'));
  await expect(run(...where, '--from', id)).resolves.toEqual({ code: 0, text: 'deleted again: 1 keys\n' });
  const entries = await entriesOf('user:1');
  expect(entries.map(([, operations]) => operations)).toEqual([
    ['set user:1'],
    ['set user:1'],
    ['set user:1'],
    ['delete user:1'],
  ]);
  await journal.append(store('user:2'));
  const { text } = await run(...where, '--from', '0', '--json');
  const shards = text.trimEnd().split('\n');
  expect(shards).toHaveLength(16);
  const keys = shards.map((line) => (JSON.parse(line) as { keys: number }).keys);
  expect(keys.reduce((sum, count) => sum + count, 0)).toBe(2);
});

it('keeps the journal within the bounds of the topology', async () => {
  await using journal = createJournal({ client, region: 'full' });
  await journal.append(store('user:1'));
  const args = ['--config', where[1]!, '--region', 'full', '--from', '0'];
  await expect(run(...args)).resolves.toMatchObject({ code: 0 });
  const { stream, dirty } = journalKeys('full', shardOf(Buffer.from('user:1'), 16));
  // The stream is full: the key is noted.
  await expect(Promise.all([client.xlen(stream), client.exists(dirty)])).resolves.toEqual([1, 1]);
});

it('says when the journal does not reach back so far', async () => {
  const { stream } = journalKeys('east', shardOf(Buffer.from('user:1'), 16));
  const entries = await entriesOf('user:1');
  await client.call('XTRIM', stream, 'MINID', entries.at(-1)![0]);
  const { code, text } = await run(...where, '--from', '1');
  expect(code).toBe(1);
  expect(text).toContain('the journal does not reach back to 1: older writes were trimmed');
});

it('ends with 2 for wrong arguments and with 0 for its usage', async () => {
  await expect(run(...where)).resolves.toMatchObject({
    code: 2,
    text: expect.stringContaining('--from must be an id'),
  });
  await expect(run(...where, '--from', 'yesterday')).resolves.toMatchObject({ code: 2 });
  await expect(run('--help')).resolves.toMatchObject({
    code: 0,
    text: expect.stringContaining('Usage: lockstep-shipper'),
  });
});
