import { describe, expect, it } from 'vitest';

import { mainPoolName, poolsOf } from '../../src/topology/pool-topology.ts';
import { memcachedListeners } from '../../src/topology/proxy-topology.ts';
import { parseTopology } from '../../src/topology/parse-topology.ts';
import { full } from './full-sample.ts';

describe('a topology file that uses every section', () => {
  const topology = parseTopology(full, 't.yaml');
  const east = topology.regions.get('east')!;

  it('has its pools by name, the default one as main', () => {
    expect([...poolsOf(east).keys()]).toEqual([mainPoolName, 'spare', 'old']);
    expect(east.pool).toMatchObject({
      hash: 'maglev',
      ring: { algorithm: 'maglev' },
      failover: 'gutter',
      gutter: 'spare',
    });
    expect(east.pools?.get('old')).toMatchObject({
      hash: 'twemproxy-modula',
      ring: { algorithm: 'twemproxy-modula', hash: 'md5' },
      timeoutMs: 250,
      nodes: [{ name: 'old-1', label: 'cache-1' }],
    });
    expect(east.pools?.get('spare')?.ring).toMatchObject({ algorithm: 'ketama' });
  });

  it('has what shippers and receivers do besides listening', () => {
    const more = full
      .replace(
        '{ http: 127.0.0.1:4512 }',
        '{ http: 127.0.0.1:4512, retainBytes: 1000000, ingest: { secret: JOURNAL } }',
      )
      .replace('{ http: 127.0.0.1:4513 }', '{ http: 127.0.0.1:4513, secondDeleteMs: 0 }');
    const { shipper, receiver } = parseTopology(more, 't.yaml').regions.get('east')!;
    expect(shipper).toMatchObject({ retainBytes: 1_000_000, ingest: { secret: 'JOURNAL' } });
    expect(receiver).toMatchObject({ url: 'http://127.0.0.1:4513', secondDeleteMs: 0 });
  });

  it('has what the journal of the region may hold, and nothing of it where the file says nothing', () => {
    const bounds = { maxStreamBytes: 1_000_000, maxDirtyBytes: 200_000, maxQueueBytes: 30_000, durability: 'always' };
    const section = `    journal: ${JSON.stringify(bounds)}\nclasses:`;
    expect(parseTopology(full.replace('classes:', section), 't.yaml').regions.get('east')!.journal).toEqual(bounds);
    expect(east).not.toHaveProperty('journal');
  });

  it('has what the region knows of the versions of rows', () => {
    const bounds = { maxBytes: 1_000_000, keepMs: 3_600_000, maxSkewMs: 5000 };
    const section = `    versions: ${JSON.stringify(bounds)}\nclasses:`;
    expect(parseTopology(full.replace('classes:', section), 't.yaml').regions.get('east')!.versions).toEqual(bounds);
    expect(east).not.toHaveProperty('versions');
  });

  it('has the certificates that shippers and receivers show, and reaches such a receiver by https', () => {
    const tls = { certFile: '/tls.crt', keyFile: '/tls.key', caFile: '/ca.crt' };
    const files = 'tls: { certFile: /tls.crt, keyFile: /tls.key, caFile: /ca.crt }';
    const more = full
      .replace('{ http: 127.0.0.1:4512 }', `{ http: 127.0.0.1:4512, ${files} }`)
      .replace('{ http: 127.0.0.1:4513 }', `{ http: 127.0.0.1:4513, ${files} }`);
    const { shipper, receiver } = parseTopology(more, 't.yaml').regions.get('east')!;
    expect(shipper.tls).toEqual(tls);
    expect(receiver).toMatchObject({ url: 'https://127.0.0.1:4513', tls });
  });

  it('has what classes say besides their policy', () => {
    expect(topology.classes).toEqual([
      {
        prefix: 'user:',
        policy: 'replicate',
        pools: ['main', 'old'],
        reads: 'miss-failover',
        writes: 'first-success',
        minTtlSeconds: 5,
        maxTtlSeconds: 3600,
        shadow: 'spare',
      },
      { prefix: 'fixed:', policy: 'none', readOnly: true },
    ]);
  });

  it('has every listener, with TLS, and of a unix socket', () => {
    expect(memcachedListeners(east.proxy)).toEqual([
      { host: '127.0.0.1', port: 4511, text: '127.0.0.1:4511' },
      { path: '/run/lockstep.sock', text: '/run/lockstep.sock' },
      { host: '127.0.0.1', port: 4514, text: '127.0.0.1:4514', tls: { certFile: '/tls.crt', keyFile: '/tls.key' } },
    ]);
  });

  it('has queues that are asked by the plain read', () => {
    const polled = full.replace('allow: [jobs]', 'allow: [jobs], mode: polled, pollMs: 10');
    expect(parseTopology(polled, 't.yaml').regions.get('east')?.proxy?.queues).toMatchObject({
      mode: 'polled',
      pollMs: 10,
    });
  });

  it('has the rest of the proxy as the file says it', () => {
    expect(east.proxy).toMatchObject({
      workers: 'auto',
      limits: { maxValueBytes: 2048, rate: { perAddress: 100, windowSeconds: 10 } },
      tokens: [{ name: 'web', scopes: ['read', 'write'], prefixes: ['user:'] }],
      trustedProxies: ['10.0.0.0/8'],
      bans: ['192.0.2.1', '2001:db8::/32'],
      templates: [{ url: '/coupons?city=:city', params: { city: { lowercase: true } } }],
      queues: { nodes: [{ name: 'queue-1', host: '127.0.0.1', port: 22133 }], allow: ['jobs'] },
      spool: { directory: '/var/lib/lockstep' },
      flushAll: 'allow',
    });
  });
});
