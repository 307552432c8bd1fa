import { createServer, type LookupFunction } from 'node:net';

import { checkLeaks, startMemcached } from '@lockstep/testing';
import { expect, it } from 'vitest';

import { connectMeta, createMetaDriver } from '../../src/index.ts';
import { codeOf, fill, hammer, hammerKeys, readAll } from '../hammer.ts';
import { startScriptedServer } from '../scripted-server.ts';
import { startTlsTerminator, testCertificate, testKey } from './tls-terminator.ts';

const tls = { ca: testCertificate };
const largeValue = Buffer.alloc(300_000, 'large');

it('speaks TLS, and reads back what it wrote, small and large', async () => {
  await using server = await startMemcached();
  await using terminator = await startTlsTerminator(server);
  await using driver = await connectMeta(terminator, { tls });
  await fill(driver);
  await driver.set('large', largeValue);
  expect((await driver.get('large'))?.value.equals(largeValue)).toBe(true);
  expect(await readAll(driver)).toMatchObject({ hits: hammerKeys.length, wrong: [] });
  expect(terminator.secured).toBe(2);
});

it('refuses a certificate that it does not trust with ERR_MEMCACHE_NODE_DOWN and the reason', async () => {
  await using server = await startMemcached();
  await using terminator = await startTlsTerminator(server);
  await using driver = createMetaDriver(terminator, { tls: true });
  const error: unknown = await driver.get('k').catch((reason: unknown) => reason);
  expect(error).toHaveProperty('code', 'ERR_MEMCACHE_NODE_DOWN');
  expect(error).toHaveProperty('message', expect.stringContaining('self-signed certificate'));
  await using careless = createMetaDriver(terminator, { tls: { rejectUnauthorized: false } });
  expect(await careless.get('k')).toBeUndefined();
});

it('refuses a certificate of another name, unless that is the name it was told', async () => {
  await using server = await startMemcached();
  await using terminator = await startTlsTerminator(server);
  await using wrong = createMetaDriver(terminator, { tls: { ...tls, servername: 'other.test' } });
  await expect(wrong.get('k')).rejects.toHaveProperty('code', 'ERR_MEMCACHE_NODE_DOWN');
  await using right = createMetaDriver(terminator, { tls: { ...tls, servername: 'cache.test' } });
  expect(await right.get('k')).toBeUndefined();
});

it('shows a client certificate to a server that asks for one', async () => {
  await using server = await startMemcached();
  await using terminator = await startTlsTerminator(server, { ca: testCertificate, requestCert: true });
  await using without = createMetaDriver(terminator, { tls, timeoutMs: 300 });
  await expect(without.get('k')).rejects.toHaveProperty('code', expect.stringMatching(/NODE_DOWN|CONNECTION_LOST/));
  await using driver = createMetaDriver(terminator, { tls: { ...tls, cert: testCertificate, key: testKey } });
  expect(await driver.get('k')).toBeUndefined();
});

it('finds the server again over TLS, with nothing of the old connection', async () => {
  await using server = await startMemcached();
  await using terminator = await startTlsTerminator(server);
  await using driver = createMetaDriver(terminator, { tls, timeoutMs: 500, connectTimeoutMs: 500 });
  await fill(driver);
  await server.restart();
  await expect.poll(() => driver.get('hammer-1').catch(codeOf), { timeout: 10_000 }).toBeUndefined();
  await fill(driver);
  const tally = await hammer(driver, ({ hits }) => hits > 1000);
  expect(tally).toMatchObject({ misses: 0, wrong: [] });
});

it('resets a TLS connection that it gives up, so that its writes are not delivered later', async () => {
  await using server = await startScriptedServer(() => {});
  await using terminator = await startTlsTerminator(server);
  await using driver = createMetaDriver(terminator, { tls, hardTimeoutMs: 100 });
  await expect(driver.set('k', 'v')).rejects.toHaveProperty('code', 'ERR_MEMCACHE_CONNECTION_LOST');
  await expect.poll(() => terminator.broken[0]).toBe('ECONNRESET');
});

it('gives up a TLS server that never shakes hands, by the time for a connection', async () => {
  await using server = await startScriptedServer(() => {});
  await using driver = createMetaDriver(server, { tls, connectTimeoutMs: 100, timeoutMs: 20_000 });
  await expect(driver.get('k')).rejects.toHaveProperty('code', 'ERR_MEMCACHE_NODE_DOWN');
});

it('resolves the name of a node anew for every connection', async () => {
  await using server = await startScriptedServer((socket) => socket.write('EN\r\n'));
  const asked: string[] = [];
  const lookup: LookupFunction = (name, { all }, done) => {
    asked.push(name);
    if (all === true) done(null, [{ address: '127.0.0.1', family: 4 }]);
    else done(null, '127.0.0.1', 4);
  };
  await using driver = createMetaDriver({ host: 'cache.test', port: server.port }, { lookup });
  expect(await driver.get('k')).toBeUndefined();
  expect(asked).toEqual(['cache.test']);
  server.dropAll();
  await expect.poll(() => server.accepted).toBe(2);
  expect(await driver.get('k')).toBeUndefined();
  expect(asked).toEqual(['cache.test', 'cache.test']);
});

it('talks to an IPv6 address', async ({ skip }) => {
  const probe = createServer();
  const hasIPv6 = await new Promise<boolean>((resolve) => {
    probe.once('error', () => resolve(false));
    probe.listen(0, '::1', () => probe.close(() => resolve(true)));
  });
  if (!hasIPv6) skip('this machine has no IPv6');
  await using server = await startScriptedServer((socket) => socket.write('EN\r\n'), undefined, undefined, '::1');
  await using driver = createMetaDriver({ host: '::1', port: server.port });
  expect(await driver.get('k')).toBeUndefined();
});

it('leaves no socket, no timer and no memory behind when a driver with two lanes is closed', async () => {
  await using server = await startMemcached();
  await using terminator = await startTlsTerminator(server);
  const report = await checkLeaks(
    async () => {
      await using plain = createMetaDriver(server);
      await using secret = createMetaDriver(terminator, { tls });
      for (const driver of [plain, secret]) {
        await fill(driver);
        await driver.set('large', largeValue);
        await Promise.all([driver.get('large'), driver.delete('large'), readAll(driver)]);
        const inFlight = Promise.all([driver.set('large', largeValue), driver.get('large')]).catch(codeOf);
        await driver.close();
        await inFlight;
      }
    },
    { rounds: 30 },
  );
  expect(report).toBeDefined();
});

it('names a transport option that makes no sense', () => {
  const at = { host: '127.0.0.1' };
  expect(() => createMetaDriver(at, { laneBytes: 0 })).toThrow('laneBytes must be a positive number, got 0');
  expect(() => createMetaDriver(at, { retry: 'always' as 'never' })).toThrow("retry must be 'idempotent' or 'never'");
  expect(() => createMetaDriver(at, { flush: 'later' as 'turn' })).toThrow("flush must be 'now' or 'turn', got later");
  expect(() => createMetaDriver(at, { lookup: 'nope' as never })).toThrow('lookup must be a function, got string');
  expect(() => createMetaDriver(at, { tls: 'yes' as never })).toThrow(
    'tls must be true, false or an object, got string',
  );
  expect(() => createMetaDriver(at, { tls: null as never })).toThrow('tls must be true, false or an object, got null');
  expect(() => createMetaDriver(at, { tls: { servername: 5 as never } })).toThrow('tls.servername must be a string');
});

it.each([
  ['cert', { cert: 'garbage' }],
  ['key', { key: 'garbage' }],
  ['ca', { ca: 5 as never }],
  ['minVersion', { minVersion: 'SSLv1' as never }],
])('refuses a %s for TLS that is none when the driver is made', (_name, options) => {
  expect(() => createMetaDriver({ host: '127.0.0.1' }, { tls: options })).toThrow(
    expect.objectContaining({ name: 'TypeError', message: expect.stringMatching(/^tls makes no sense: ./) }),
  );
});

it('makes what all TLS connections have in common once', async () => {
  await using server = await startMemcached();
  await using terminator = await startTlsTerminator(server);
  let reads = 0;
  const counted = {
    get ca() {
      reads++;
      return testCertificate;
    },
  };
  await using driver = createMetaDriver(terminator, { tls: counted });
  const readsOfOne = reads;
  await driver.set('large', largeValue);
  await driver.get('small');
  expect(terminator.secured).toBe(2);
  expect(reads).toBe(readsOfOne);
});

it('takes a lookup that throws for a node that cannot be reached, and tries again', async () => {
  await using server = await startScriptedServer((socket) => socket.write('EN\r\n'));
  let isBroken = true;
  const lookup: LookupFunction = (_name, { all }, done) => {
    if (isBroken) throw new Error('the resolver is broken');
    if (all === true) done(null, [{ address: '127.0.0.1', family: 4 }]);
    else done(null, '127.0.0.1', 4);
  };
  await using driver = createMetaDriver({ host: 'cache.test', port: server.port }, { lookup });
  const error: unknown = await driver.get('k').catch((reason: unknown) => reason);
  expect(error).toHaveProperty('code', 'ERR_MEMCACHE_NODE_DOWN');
  expect(error).toHaveProperty('message', expect.stringContaining('the resolver is broken'));
  expect(driver.isUp).toBe(false);
  isBroken = false;
  await expect.poll(() => driver.get('k').catch(codeOf)).toBeUndefined();
  // And when it breaks while a connection that worked is replaced.
  isBroken = true;
  server.dropAll();
  await expect.poll(() => driver.get('k').catch(codeOf)).toBe('ERR_MEMCACHE_NODE_DOWN');
  expect(driver.queued).toEqual({ ops: 0, bytes: 0 });
});

it('leaves no socket behind when TLS cannot even be begun', async () => {
  let accepted = 0;
  let closed = 0;
  await using server = await startScriptedServer(
    () => {},
    (socket) => {
      accepted++;
      socket.once('close', () => closed++);
    },
  );
  // What node:tls refuses only when it connects.
  const options = { ca: testCertificate, ALPNProtocols: 5 } as { ca: string };
  await using driver = createMetaDriver(server, { tls: options, random: () => 0.999 });
  await expect(driver.get('k')).rejects.toHaveProperty('code', 'ERR_MEMCACHE_NODE_DOWN');
  await driver.close();
  await expect.poll(() => accepted - closed).toBe(0);
});
