import type { MetaReply, MetaRequest } from '@lockstep/memcache';

import type {
  MemcacheCall,
  MemcacheOutcome,
  MemcacheRead,
  MemcacheTarget,
} from '../../../src/shared/memcache-target.ts';

/** Sends one request and waits for its answer. */
export type SendMeta = (request: MetaRequest, call: MemcacheCall) => Promise<MetaReply>;

const outcomes: Readonly<Partial<Record<MetaReply['status'], MemcacheOutcome>>> = {
  HD: 'stored',
  NS: 'not-stored',
  EX: 'exists',
  NF: 'not-found',
};

/** The calls of a pool as requests of the meta protocol. `generation` is that of its connections. */
export function metaTarget(send: SendMeta, generation: () => number = () => 0): MemcacheTarget {
  const store = async (
    key: string,
    value: Buffer | string,
    flags: readonly string[],
    call: MemcacheCall,
  ): Promise<MemcacheOutcome> => {
    const { status } = await send({ command: 'ms', key, flags, value: Buffer.from(value) }, call);
    return outcomes[status]!;
  };
  return {
    get generation() {
      return generation();
    },
    capabilities: { lease: true, cas: true, meta: true },
    async read(key, { leaseSeconds, ...call } = {}) {
      const lease = leaseSeconds === undefined ? [] : [`N${leaseSeconds}`];
      return readOf(await send({ command: 'mg', key, flags: [...lease, 'v', 'f', 'c', 't'] }, call));
    },
    add: (key, value, { ttlSeconds = 0, ...call } = {}) => store(key, value, ['ME', `T${ttlSeconds}`], call),
    cas: (key, value, cas, { ttlSeconds = 0, flags = 0, ...call } = {}) =>
      store(key, value, [`C${cas}`, `T${ttlSeconds}`, `F${flags}`], call),
    async delete(key, call = {}) {
      return (await send({ command: 'md', key, flags: [] }, call)).status === 'HD';
    },
    meta: (request, call = {}) => send(request, call),
  };
}

function readOf({ status, flags, value }: MetaReply): MemcacheRead {
  const tokens = new Map(flags.map((flag) => [flag[0], flag.slice(1)]));
  const [mustRefresh, isRefreshing] = [tokens.has('W'), tokens.has('Z')];
  const rest = {
    flags: Number(tokens.get('f') ?? 0),
    cas: BigInt(tokens.get('c') ?? 0),
    ttlSeconds: Number(tokens.get('t') ?? 0),
    mustRefresh,
    isRefreshing,
  };
  // An empty value that somebody is to store is a lease.
  const isMiss = status === 'EN' || value === undefined || (value.length === 0 && (mustRefresh || isRefreshing));
  return isMiss ? { status: 'miss', ...rest } : { status: 'hit', value, ...rest };
}
