/** A topology file with one region that uses every section. */
export const full = `version: 1
regions:
  east:
    redis: redis://127.0.0.1:4500
    pool:
      hash: { algorithm: maglev }
      failover: gutter
      gutter: spare
      nodes: [{ name: east-1, address: 127.0.0.1:4501 }]
    pools:
      spare:
        preset: { phpMemcached: { OPT_LIBKETAMA_COMPATIBLE: true } }
        nodes: [{ name: spare-1, address: 127.0.0.1:4502 }]
      old:
        preset: { twemproxy: { hash: md5, distribution: modula } }
        timeoutMs: 250
        nodes: [{ name: old-1, address: 127.0.0.1:4503, label: cache-1 }]
    proxy:
      http: 127.0.0.1:4510
      memcached:
        - 127.0.0.1:4511
        - /run/lockstep.sock
        - { address: 127.0.0.1:4514, tls: { certFile: /tls.crt, keyFile: /tls.key } }
      workers: auto
      limits: { maxValueBytes: 2048, rate: { perAddress: 100, windowSeconds: 10 } }
      tokens:
        - { name: web, sha256: ${'ab'.repeat(32)}, scopes: [read, write], prefixes: ['user:'] }
      trustedProxies: [10.0.0.0/8]
      bans: [192.0.2.1, '2001:db8::/32']
      templates:
        - { url: '/coupons?city=:city', key: 'coupons:{city}', params: { city: { lowercase: true } } }
      queues: { nodes: [{ name: queue-1, address: 127.0.0.1:22133 }], allow: [jobs] }
      spool: { directory: /var/lib/lockstep }
      flushAll: allow
    shipper:  { http: 127.0.0.1:4512 }
    receiver: { http: 127.0.0.1:4513 }
classes:
  - prefix: "user:"
    policy: replicate
    pools: [main, old]
    reads: miss-failover
    writes: first-success
    minTtlSeconds: 5
    maxTtlSeconds: 3600
    shadow: spare
  - { prefix: "fixed:", policy: none, readOnly: true }
`;
