/** A topology with two regions, the first of which says all that there is to say of limits, values and keys. */
export const optionsSample = `version: 1
regions:
  east:
    redis: redis://127.0.0.1:4500
    pool: { nodes: [{ name: east-1, address: 127.0.0.1:4501 }] }
    pools: { spare: { nodes: [{ name: spare-1, address: 127.0.0.1:4502 }] } }
    proxy:
      http: 127.0.0.1:4510
      memcached: 127.0.0.1:4511
      limits:
        rate: { perAddress: 100, headers: always, perRoute: { "PUT /v1/cache/:key": { max: 5, windowSeconds: 2, by: all } } }
        shed: { maxEventLoopDelayMs: 200, maxEventLoopUtilization: 0.98, maxHeapUsedBytes: 1000000, maxRssBytes: 2000000 }
        batch: { maxOps: 10, maxBytes: 1000, maxReplyBytes: 2000, maxPendingReplyBytes: 3000 }
      values:
        longKeys: refuse
        contentFlags: { types: { 48: application/vnd.acme+json, 63: text/x-acme; charset=utf-8 } }
        compression: { gzip: 0x2, zlib: { mask: 0x30, skipBytes: 4 }, deflate: 0x80000000, maxInflatedBytes: 5000 }
        cacheControl: true
      metaKeys: binary
      trustedProxies: [10.0.0.0/8]
      forwardedHeader: forwarded
    shipper:  { http: 127.0.0.1:4512 }
    receiver: { http: 127.0.0.1:4513 }
  west:
    redis: redis://127.0.0.1:4600
    pool: { nodes: [{ name: west-1, address: 127.0.0.1:4601 }] }
    proxy: { http: 127.0.0.1:4610, memcached: 127.0.0.1:4611 }
    shipper:  { http: 127.0.0.1:4612 }
    receiver: { http: 127.0.0.1:4613 }
`;
