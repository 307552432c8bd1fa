import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { createJournal, createShipper, type Transport } from '@lockstep/replication';
import { connectRedis, createAdminServer, createLogger } from '@lockstep/service-kit';
import { type RedisServer, startRedis } from '@lockstep/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';

import { runReshardCommand } from '../src/reshard-command.ts';
import { mountStatus } from '../src/status-route.ts';

const main = join(import.meta.dirname, '../dist/main.js');

let redis: RedisServer;
let client: ReturnType<typeof connectRedis>;
let directory: string;
let where: string[];

beforeAll(async () => {
  redis = await startRedis();
  client = connectRedis({ url: redis.url, name: 'test', logger: createLogger({ name: 'test', level: 'silent' }) });
  directory = await mkdtemp(join(tmpdir(), 'shipper-reshard-'));
  where = await describeRegion('127.0.0.1:5');
});
afterAll(async () => {
  client.disconnect();
  await redis.close();
  await rm(directory, { recursive: true });
});

/** A topology whose shipper listens at `address`, and the arguments that name it. */
async function describeRegion(address: string): Promise<string[]> {
  const file = join(directory, 'topology.yaml');
  await writeFile(
    file,
    `version: 1
regions:
  east:
    redis: redis://127.0.0.1:${redis.port}
    pool: { nodes: [{ name: a, address: '127.0.0.1:2' }] }
    proxy: { http: '127.0.0.1:3', memcached: '127.0.0.1:4' }
    shipper: { http: '${address}' }
    receiver: { http: '127.0.0.1:6' }
`,
  );
  return ['--config', file, '--region', 'east'];
}

async function run(...args: string[]): Promise<{ code: number; text: string }> {
  const lines: string[] = [];
  const out = { write: (text: string) => lines.push(text) };
  const code = await runReshardCommand(args, { stdout: out, stderr: out, env: {} });
  return { code, text: lines.join('') };
}

/** The command as an operator runs it, in a process of its own. */
async function runProcess(...args: string[]): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, [main, 'reshard', ...where, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const texts = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk: Buffer) => (texts.stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (texts.stderr += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, ...texts };
}

/** A receiver that accepts everything. */
function createTransport(): Transport {
  const cursors = new Map<number, string>();
  return {
    position: async (_, shard) => ({ cursor: cursors.get(shard) ?? '0-0' }),
    async send({ shard, last }) {
      cursors.set(shard, last);
      return { kind: 'accepted', cursor: last };
    },
  };
}

it('begins a change, and waits until the shippers of the region have carried it out', async () => {
  await expect(run(...where, '--shards', '4')).resolves.toEqual({
    code: 1,
    text: expect.stringContaining('has no shards yet'),
  });
  await using journal = createJournal({ client, region: 'east' });
  await journal.append({ kind: 'delete', key: Buffer.from('k') });
  await expect(run(...where, '--shards', '4', '--no-wait')).resolves.toEqual({
    code: 0,
    text: 'the journal changes from 16 to 4 shards\n',
  });
  await expect(run(...where, '--shards', '8')).resolves.toMatchObject({ code: 1 });
  const links = [{ to: 'west', transport: createTransport() }];
  await using shipper = createShipper({ client, region: 'east', links, settleMs: 50, monitorIntervalMs: 20 });
  shipper.start();
  await expect(run(...where, '--shards', '4', '--json')).resolves.toEqual({
    code: 0,
    text: '{"from":16,"to":4,"isDone":true}\n',
  });
  await expect(run(...where, '--shards', '4')).resolves.toEqual({ code: 0, text: 'the journal has 4 shards\n' });
});

it('ends when its time is over, says what it waited for, and goes on when it is run again', async () => {
  await expect(runProcess('--shards', '6', '--timeout', '1')).resolves.toEqual({
    code: 3,
    stdout: 'the journal changes from 4 to 6 shards\n',
    stderr: expect.stringMatching(
      /^lockstep-shipper reshard: not done after 1 s: the shipper at 127\.0\.0\.1:5 gives no answer: .*; the change goes on, and the same command waits for it again\n$/,
    ),
  });
  const links = [{ to: 'west', transport: createTransport() }];
  await using shipper = createShipper({ client, region: 'east', links, settleMs: 50, monitorIntervalMs: 20 });
  shipper.start();
  await expect(runProcess('--shards', '6')).resolves.toEqual({
    code: 0,
    stdout: expect.stringMatching(/^the journal has 6 shards/),
    stderr: '',
  });
});

it('names the regions that have not applied the old shards, with the reason', async () => {
  const logger = createLogger({ name: 'test', level: 'silent' });
  const admin = createAdminServer({ name: 'lockstep-shipper', version: '0.0.0', logger });
  const cut = (): Promise<never> => Promise.reject(new Error('cut'));
  const links = [{ to: 'west', transport: { position: cut, send: cut } }];
  await using shipper = createShipper({ client, region: 'east', links, settleMs: 50, monitorIntervalMs: 20 });
  mountStatus(admin.http, shipper);
  await using _ = { [Symbol.asyncDispose]: () => admin.close() };
  const address = await admin.listen({ host: '127.0.0.1', port: 0 });
  where = await describeRegion(address);
  shipper.start();
  const { code, text } = await run(...where, '--shards', '5', '--timeout', '1', '--json');
  expect(code).toBe(3);
  expect(text).toContain('{"from":6,"to":5,"isDone":false}\n');
  const left = 'west has not applied 6 of the 6 old shards, and its link fails: cut; the change goes on';
  expect(text).toContain(left);
  where = await describeRegion('127.0.0.1:5');
  const elsewhere = await run(...where, '--shards', '5', '--timeout', '1', '--url', `http://${address}`);
  expect(elsewhere).toMatchObject({ code: 3, text: expect.stringContaining(left) });
});

it('says in one line what is wrong with its arguments', async () => {
  for (const shards of ['0', '65537', 'x', '']) {
    const { code, text } = await run(...where, '--shards', shards);
    expect({ code, text }).toEqual({ code: 2, text: expect.stringContaining('--shards must be 1 to 65536') });
  }
  const elsewhere = await run(...where, '--shards', '4', '--url', 'ftp://127.0.0.1');
  expect(elsewhere).toEqual({ code: 2, text: expect.stringContaining('--url must be an http or https URL') });
  for (const timeout of ['0', '86401', 'x', '']) {
    const { code, text } = await run(...where, '--shards', '4', '--timeout', timeout);
    expect({ code, text }).toEqual({ code: 2, text: expect.stringContaining('--timeout must be 1 to 86400 seconds') });
  }
});
