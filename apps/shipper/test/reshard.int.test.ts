import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { createJournal, createShipper, type Transport } from '@lockstep/replication';
import { connectRedis, createLogger } from '@lockstep/service-kit';
import { type RedisServer, startRedis } from '@lockstep/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';

import { runReshardCommand } from '../src/reshard-command.ts';

let redis: RedisServer;
let client: ReturnType<typeof connectRedis>;
let directory: string;
let where: string[];

beforeAll(async () => {
  redis = await startRedis();
  client = connectRedis({ url: redis.url, name: 'test', logger: createLogger({ name: 'test', level: 'silent' }) });
  directory = await mkdtemp(join(tmpdir(), 'shipper-reshard-'));
  const file = join(directory, 'topology.yaml');
  await writeFile(
    file,
    `version: 1
regions:
  east:
    redis: redis://127.0.0.1:${redis.port}
    pool: { nodes: [{ name: a, address: '127.0.0.1:2' }] }
    proxy: { http: '127.0.0.1:3', memcached: '127.0.0.1:4' }
    shipper: { http: '127.0.0.1:5' }
    receiver: { http: '127.0.0.1:6' }
`,
  );
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
  const code = await runReshardCommand(args, { stdout: out, stderr: out, env: {} });
  return { code, text: lines.join('') };
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

it('says in one line what is wrong with its arguments', async () => {
  for (const shards of ['0', '65537', 'x', '']) {
    const { code, text } = await run(...where, '--shards', shards);
    expect({ code, text }).toEqual({ code: 2, text: expect.stringContaining('--shards must be 1 to 65536') });
  }
});
