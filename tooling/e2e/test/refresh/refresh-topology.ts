/** Where the apps of region `east` find each other. */
export interface RefreshPlaces {
  readonly redis: number;
  readonly memcached: number;
  readonly proxy: number;
  readonly text: number;
  readonly refresher: number;
  /** The origin of the source. */
  readonly source: string;
}

/** A topology whose proxy serves what its refreshers load. */
export function refreshTopology({ redis, memcached, proxy, text, refresher, source }: RefreshPlaces): string {
  return `version: 1
regions:
  east:
    redis: redis://127.0.0.1:${redis}
    pool: { nodes: [{ name: east-1, address: "127.0.0.1:${memcached}" }] }
    proxy:
      http: 127.0.0.1:${proxy}
      memcached: 127.0.0.1:${text}
      templates:
        - { url: "/coupons?city=:city", key: "coupons:{city}", refresh: coupons, unknownParams: refuse }
        - { url: "/lasting?city=:city", key: "lasting:{city}", refresh: lasting }
        - { url: "/raw/:city", key: "raw:{city}", refresh: raw }
        - { url: "/shops/:shop/coupons/:city", key: "shops:{shop}:{city}", refresh: shops }
    shipper: { http: "127.0.0.1:1" }
    receiver: { http: "127.0.0.1:2" }
    refresh:
      http: 127.0.0.1:${refresher}
      leaseMs: 2000
      sources:
        coupons:
          load: { http: { url: "${source}/coupons?city={id}", items: /data/coupons } }
          shape: hash
          primaryKey: id
          ttlMs: 1500
          refreshBelowMs: 1000
          staleForMs: 60000
          settleMs: 20
        lasting:
          load: { http: { url: "${source}/coupons?city={id}", items: /data/coupons } }
          shape: hash
          primaryKey: id
          ttlMs: 600000
        shops:
          load: { http: { url: "${source}/coupons?shop={shop}&city={city}", items: /data/coupons } }
          shape: list
          ttlMs: 600000
        raw:
          load: { http: { url: "${source}/coupons?city={id}" } }
          ttlMs: 60000
          pool: main
`;
}
