import { isDeepStrictEqual } from 'node:util';

import type { Region } from '@lockstep/service-kit';

/** What a running proxy cannot change, by its name in the topology, and how to find it. */
const fixed: readonly (readonly [string, (region: Region) => unknown])[] = [
  ['redis', ({ redis }) => redis],
  ['journal', ({ journal }) => journal],
  ['versions', ({ versions }) => versions],
  ['proxy.http', ({ proxy }) => proxy.http],
  ['proxy.memcached', ({ proxy }) => proxy.memcached],
  ['proxy.workers', ({ proxy }) => proxy.workers ?? 1],
  ['proxy.limits.maxValueBytes', ({ proxy }) => proxy.limits?.maxValueBytes],
  ['proxy.limits.maxConnections', ({ proxy }) => proxy.limits?.maxConnections],
  ['proxy.limits.requestTimeoutMs', ({ proxy }) => proxy.limits?.requestTimeoutMs],
  ['proxy.limits.rate.shared', ({ proxy }) => proxy.limits?.rate?.shared ?? false],
  ['proxy.limits.rate.headers', ({ proxy }) => proxy.limits?.rate?.headers ?? 'refused'],
  ['proxy.limits.shed', ({ proxy }) => proxy.limits?.shed],
  ['proxy.limits.batch', ({ proxy }) => proxy.limits?.batch],
  ['proxy.values', ({ proxy }) => proxy.values],
  ['proxy.trustedProxies', ({ proxy }) => proxy.trustedProxies],
  ['proxy.forwardedHeader', ({ proxy }) => proxy.forwardedHeader ?? 'x-forwarded-for'],
  ['proxy.queues', ({ proxy }) => proxy.queues],
  ['proxy.fastLane', ({ proxy }) => proxy.fastLane ?? true],
  ['proxy.spool', ({ proxy }) => proxy.spool],
  ['proxy.flushAll', ({ proxy }) => proxy.flushAll ?? 'refuse'],
  ['refresh.retry.attempts', ({ refresh }) => refresh?.retry?.attempts],
  ['proxy.metaKeys', ({ proxy }) => proxy.metaKeys ?? 'text'],
];

/** Names of what differs between the region as the proxy was started and a new version, and takes a restart. */
export function restartNeeded(started: Region, next: Region): string[] {
  return fixed.filter(([, read]) => !isDeepStrictEqual(read(started), read(next))).map(([name]) => name);
}
