import { Agent } from 'node:https';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import * as pem from './certificates.ts';
import { startTlsRegions, type TlsRegions } from './tls-regions.ts';

let regions: TlsRegions;
let receiver: Awaited<ReturnType<TlsRegions['receive']>>;
beforeAll(async () => {
  regions = await startTlsRegions();
  receiver = await regions.receive();
});
afterAll(() => regions[Symbol.asyncDispose]());

describe('a link over TLS, on which both sides show certificates', () => {
  it('carries writes, and needs neither a key nor a token', async () => {
    await using shipper = regions.ship('known');
    await regions.append('rep:1', 'one');
    await expect.poll(() => regions.read('rep:1')).toBe('one');
    expect([receiver.output(), shipper.output()].join('')).not.toContain('whoever reaches this receiver can write');
    await expect(regions.linkError()).resolves.toBeUndefined();
  });

  it.each([
    ['stranger', /401 ERR_REPLICATION_UNAUTHORIZED.*client certificate/],
    ['trusts nobody', /could not be reached: .*(?:self-signed|unable to verify|issuer)/],
    ['none', /could not be reached: .*(?:self-signed|unable to verify|issuer)/],
  ] as const)('carries nothing of a shipper whose identity is: %s', async (identity, reason) => {
    await using shipper = regions.ship(identity);
    await regions.append(`rep:${identity.replaceAll(' ', '-')}`, 'refused');
    await expect.poll(() => regions.linkError(), { timeout: 30_000 }).toMatch(reason);
    await expect(regions.read(`rep:${identity.replaceAll(' ', '-')}`)).resolves.toBeUndefined();
    expect(shipper.child.exitCode).toBeNull();
  });

  it('lets nobody write or ask for a cursor without a certificate of its authority, and lets probes in', async () => {
    const stranger = { cert: pem.strangerCertificate, key: pem.strangerKey };
    const shipper = { cert: pem.shipperCertificate, key: pem.shipperKey };
    const cursor = '/v1/replication/cursors/east/0';
    const post = { method: 'POST', headers: { 'content-type': 'application/octet-stream' } };
    for (const options of [{}, stranger]) {
      await expect(regions.ask(cursor, options)).resolves.toMatchObject({ status: 401 });
      const answer = await regions.ask('/v1/replication/batches', { ...post, ...options });
      expect(answer).toMatchObject({ status: 401, text: expect.stringContaining('ERR_REPLICATION_UNAUTHORIZED') });
    }
    await expect(regions.ask(cursor, shipper)).resolves.toMatchObject({ status: 200 });
    await expect(regions.ask('/livez')).resolves.toMatchObject({ status: 200 });
    await expect(regions.ask('/metrics')).resolves.toMatchObject({ status: 200 });
    expect(receiver.output()).toContain('a request was turned away: the client certificate is missing');
  });

  it.each(['TLSv1.2', 'TLSv1.3'] as const)(
    'asks as much of a session of %s that is taken up again',
    async (version) => {
      const cursor = '/v1/replication/cursors/east/0';
      for (const [identity, status] of [
        [{}, 401],
        [{ cert: pem.strangerCertificate, key: pem.strangerKey }, 401],
        [{ cert: pem.shipperCertificate, key: pem.shipperKey }, 200],
      ] as const) {
        // It keeps sessions, and no connection.
        const agent = new Agent({ ...identity, minVersion: version, maxVersion: version });
        await expect(regions.ask(cursor, { agent })).resolves.toMatchObject({ status, isResumed: false });
        await expect(regions.ask(cursor, { agent })).resolves.toMatchObject({ status, isResumed: true });
        agent.destroy();
      }
    },
  );

  it('goes on with a shipper that shows its certificate after one that could not', async () => {
    await using _shipper = regions.ship('known');
    await regions.append('rep:2', 'two');
    await expect.poll(() => regions.read('rep:2')).toBe('two');
    await expect.poll(() => regions.read('rep:stranger')).toBe('refused');
  });
});
