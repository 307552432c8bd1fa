/**
 * What a driver can do beyond get, set and delete. Ask before you rely on it: a call that needs a
 * capability which is not there rejects with ERR_MEMCACHE_UNSUPPORTED, and nothing is sent.
 */
export interface Capabilities {
  /** Client flags are stored and returned. */
  readonly flags: boolean;
  /** `gets` returns a CAS value and `cas` compares it. */
  readonly cas: boolean;
  /** One round trip reads many keys. */
  readonly multiGet: boolean;
  /** `incr` and `decr` count in unsigned 64 bits. */
  readonly counters: boolean;
  /** `append` and `prepend` put bytes to the right end of a value. */
  readonly append: boolean;
  /** `read` hands out leases (`leaseSeconds`) and names one caller to refresh early (`refreshBelowSeconds`). */
  readonly lease: boolean;
  /** `markStale`, `cas` with `orStale`, and `read` that tells stale from fresh. */
  readonly stale: boolean;
  /** `meta` sends commands of the meta protocol as they are. */
  readonly meta: boolean;
  /** `explicitCas`: the caller chooses the CAS value. memcached 1.6.27; false until the version is known. */
  readonly explicitCas: boolean;
  /** `unlessCas` of `read`. memcached 1.6.40; false until the version is known. */
  readonly conditionalGet: boolean;
}

/** No capability at all, for a driver to start from. */
export const noCapabilities: Capabilities = {
  flags: false,
  cas: false,
  multiGet: false,
  counters: false,
  append: false,
  lease: false,
  stale: false,
  meta: false,
  explicitCas: false,
  conditionalGet: false,
};

/** What every one of the drivers can do. */
export function commonCapabilities(drivers: readonly { readonly capabilities: Capabilities }[]): Capabilities {
  const names = Object.keys(noCapabilities) as (keyof Capabilities)[];
  const every = (name: keyof Capabilities): boolean => drivers.every(({ capabilities }) => capabilities[name]);
  return Object.fromEntries(names.map((name) => [name, every(name)])) as unknown as Capabilities;
}
