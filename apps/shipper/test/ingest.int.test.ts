import { journalKeys, LEGACY_INGEST_PATH, shardOf } from '@lockstep/replication';
import { type AppContext, connectRedis, createAdminServer, createLogger, type Region } from '@lockstep/service-kit';
import { startRedis } from '@lockstep/testing';
import { expect, it } from 'vitest';

import { openIngest } from '../src/ingest.ts';

const logger = createLogger({ name: 'test', level: 'silent' });

type Context = Pick<AppContext, 'topology' | 'region' | 'environment'>;

/** As much of a region as an ingest looks at. */
function contextOf(ingest: { secret: string } | undefined, secret?: string, journal?: Region['journal']): Context {
  const region = { name: 'east', shipper: ingest === undefined ? {} : { ingest }, journal };
  const topology = {
    file: 't.yaml',
    version: 1,
    regions: new Map([['east', region]]),
    classes: [{ prefix: 'local:', policy: 'none' }],
  };
  return { topology, region, environment: { secret: () => secret } } as unknown as Context;
}

it('takes writes by the classes of the topology from those who have the token, whatever type they name', async () => {
  await using redis = await startRedis();
  const client = connectRedis({ url: redis.url, name: 'test', logger });
  await using admin = createAdminServer({ name: 'lockstep-shipper', version: '0.0.0', logger });
  const ingest = openIngest(contextOf({ secret: 'JOURNAL' }, 'the-token'), { client, http: admin.http })!;
  const payload = 'method=delete&key=user:1||method=delete&key=local:1';
  const send = (token: string, type?: string) =>
    admin.http.inject({
      method: 'POST',
      url: LEGACY_INGEST_PATH,
      headers: { authorization: `Bearer ${token}`, ...(type === undefined ? {} : { 'content-type': type }) },
      payload,
    });
  expect((await send('another')).statusCode).toBe(401);
  expect((await send('the-token', 'application/x-www-form-urlencoded')).json()).toEqual({ appended: 1, skipped: 1 });
  expect((await send('the-token', 'text/plain')).json()).toEqual({ appended: 1, skipped: 1 });
  const { stream } = journalKeys('east', shardOf(Buffer.from('user:1'), 16));
  await expect(client.call('XLEN', stream)).resolves.toBe(2);
  await ingest.journal.close();
  client.disconnect();
});

it('keeps its journal within the bounds of the topology', async () => {
  await using redis = await startRedis();
  const client = connectRedis({ url: redis.url, name: 'test', logger });
  await using admin = createAdminServer({ name: 'lockstep-shipper', version: '0.0.0', logger });
  const context = contextOf({ secret: 'JOURNAL' }, 'the-token', { maxStreamBytes: 16 });
  const { journal } = openIngest(context, { client, http: admin.http })!;
  const write = { kind: 'delete', key: Buffer.from('user:1') } as const;
  await journal.append(write);
  await journal.append(write);
  expect(journal.stats().tier).toBe('keys');
  await journal.close();
  client.disconnect();
});

it('confirms no write of a Redis that is less durable than the topology wants it', async () => {
  await using redis = await startRedis({ config: { appendfsync: 'everysec' } });
  const client = connectRedis({ url: redis.url, name: 'test', logger });
  await using admin = createAdminServer({ name: 'lockstep-shipper', version: '0.0.0', logger });
  const context = contextOf({ secret: 'JOURNAL' }, 'the-token', { durability: 'always' });
  const { journal } = openIngest(context, { client, http: admin.http })!;
  const append = (): Promise<unknown> =>
    journal.append({ kind: 'delete', key: Buffer.from('user:1') }).then(
      () => 'confirmed',
      (error: Error) => (error.cause as { code?: unknown } | undefined)?.code,
    );
  await expect.poll(append, { timeout: 15_000 }).toBe('ERR_REPLICATION_DURABILITY');
  await client.call('CONFIG', 'SET', 'appendfsync', 'always');
  await client.call('CONFIG', 'SET', 'appendonly', 'yes');
  await expect.poll(append, { timeout: 15_000 }).toBe('confirmed');
  await journal.close();
  client.disconnect();
});

it('is not there unless it is asked for, and not without a token', async () => {
  await using admin = createAdminServer({ name: 'lockstep-shipper', version: '0.0.0', logger });
  const client = {} as ReturnType<typeof connectRedis>;
  expect(openIngest(contextOf(undefined), { client, http: admin.http })).toBeUndefined();
  const open = (): unknown => openIngest(contextOf({ secret: 'JOURNAL' }), { client, http: admin.http });
  expect(open).toThrow('shipper.ingest of east needs LOCKSTEP_SECRET_JOURNAL');
});
