import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { ReshardStatus } from '@lockstep/replication';
import { createAdminServer, createLogger } from '@lockstep/service-kit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { runStatusCommand } from '../src/status-command.ts';
import { mountStatus } from '../src/status-route.ts';

const facts = {
  lagMs: 1500,
  measuredLagMs: 12.4,
  queuedOperations: 7,
  queuedBytes: 640,
  shippedOperations: 40,
  heldBytes: 900,
  dirtyKeys: 2,
  dirtyClasses: 1,
  tier: 'classes' as const,
};
const counts = { gaps: 0, failures: 1, tailLosses: 0 };
let directory: string;
let lines: string[];

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'shipper-status-'));
  lines = [];
});
afterEach(() => rm(directory, { recursive: true }));

const out = { write: (text: string) => lines.push(...text.trimEnd().split('\n')) };
const run = (...args: string[]): Promise<number> => runStatusCommand(args, { stdout: out, stderr: out, env: {} });

/** A topology whose shipper listens at `address`, and the arguments that name it. */
async function at(address: string): Promise<string[]> {
  const file = join(directory, 'topology.yaml');
  const region = `
    redis: redis://127.0.0.1:1
    pool: { nodes: [{ name: a, address: '127.0.0.1:2' }] }
    proxy: { http: '127.0.0.1:3', memcached: '127.0.0.1:4' }
    shipper: { http: '${address}' }
    receiver: { http: '127.0.0.1:6' }`;
  await writeFile(file, `version: 1\nregions:\n  east:${region}\n`);
  return ['--config', file, '--region', 'east'];
}

async function serve(
  connected: boolean,
  { reshard, isStandby }: { reshard?: ReshardStatus; isStandby?: boolean } = {},
) {
  const logger = createLogger({ name: 'test', level: 'silent' });
  const admin = createAdminServer({ name: 'lockstep-shipper', version: '0.0.0', logger });
  const standby = isStandby === undefined ? {} : { isStandby };
  const shard = { ...facts, ...counts, ...standby, connected, shard: 5, window: 4, cursor: '12-0' };
  const error = connected ? {} : { lastError: new Error('connect ECONNREFUSED') };
  mountStatus(admin.http, {
    status: () => [
      {
        ...facts,
        ...counts,
        ...error,
        to: 'west',
        connected,
        standbyShards: isStandby === true ? 1 : 0,
        ...(reshard === undefined ? {} : { reshard }),
        shards: [{ ...shard, ...error }],
      },
    ],
  });
  return { address: await admin.listen({ host: '127.0.0.1', port: 0 }), [Symbol.asyncDispose]: () => admin.close() };
}

describe('lockstep-shipper status', () => {
  it('prints each link, and each shard where that is asked for', async () => {
    await using admin = await serve(true);
    const where = await at(admin.address);
    await expect(run(...where)).resolves.toBe(0);
    await expect(run(...where, '--shards')).resolves.toBe(0);
    const head = 'LINK  STATE  LAG  MEASURED  QUEUED  QUEUED BYTES  HELD  TIER  DIRTY KEYS  DIRTY CLASSES  LAST ERROR';
    const link = 'west  up  1.5 s  12 ms  7  640 B  900 B  classes  2  1  -';
    expect(lines).toEqual([
      head,
      link,
      head,
      link,
      'west/5  up  1.5 s  12 ms  7  640 B  900 B  classes  2  1  -  cursor 12-0  window 4',
    ]);
  });

  it('asks elsewhere where a URL is given', async () => {
    await using admin = await serve(true);
    await expect(run(...(await at('127.0.0.1:9')), '--url', `http://${admin.address}/`)).resolves.toBe(0);
    expect(lines[1]).toMatch(/^west {2}up /);
    await expect(run(...(await at(admin.address)), '--url', 'http://127.0.0.1:9/below/')).resolves.toBe(1);
    expect(lines.at(-1)).toMatch(/the shipper at 127\.0\.0\.1:9\/below gives no answer/);
  });

  it.each(['', 'west:8080', 'ftp://west', 'http://', 'http://me:pass@west', 'http://west?a=1'])(
    'refuses the url %j in one line',
    async (url) => {
      await expect(run(...(await at('127.0.0.1:9')), '--url', url)).resolves.toBe(2);
      expect(lines).toEqual([expect.stringMatching(/--url must be an http or https URL/)]);
    },
  );

  it('shows how far a change of the number of shards is', async () => {
    await using admin = await serve(true, { reshard: { from: 16, to: 32, shardsLeft: 5 } });
    await expect(run(...(await at(admin.address)))).resolves.toBe(0);
    expect(lines[2]).toBe('west  changes from 16 to 32 shards: 5 of the old ones left');
  });

  it('says of a shipper that stands by that it does', async () => {
    await using admin = await serve(true, { isStandby: true });
    await expect(run(...(await at(admin.address)), '--shards')).resolves.toBe(0);
    expect(lines.slice(1).map((line) => line.split('  ').slice(0, 2))).toEqual([
      ['west', 'standby'],
      ['west/5', 'standby'],
    ]);
  });

  it('ends with 1 and the reason when a link fails', async () => {
    await using admin = await serve(false);
    await expect(run(...(await at(admin.address)), '--json')).resolves.toBe(1);
    const [link] = JSON.parse(lines[0]!) as { lastError: string; shards: { lastError: string }[] }[];
    expect([link!.lastError, link!.shards[0]!.lastError]).toEqual(['connect ECONNREFUSED', 'connect ECONNREFUSED']);
  });

  it('ends with 1 when nothing answers, with 2 for wrong arguments and with 0 for its usage', async () => {
    await expect(run(...(await at('127.0.0.1:9')))).resolves.toBe(1);
    await expect(run('--region', 'east')).resolves.toBe(2);
    await expect(run('more')).resolves.toBe(2);
    await expect(run('--help')).resolves.toBe(0);
    expect(lines[0]).toMatch(/the shipper at 127\.0\.0\.1:9 gives no answer/);
    expect(lines[1]).toMatch(/--config FILE is missing/);
    expect(lines.join('\n')).toMatch(/Usage: lockstep-shipper status/);
  });
});
