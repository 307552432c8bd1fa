import { isDeepStrictEqual } from 'node:util';

import type { Region } from '@lockstep/service-kit';

/** What a running refresher cannot change, by its name in the topology. */
const fixed: readonly (readonly [string, (region: Region) => unknown])[] = [
  ['redis', ({ redis }) => redis],
  ['journal', ({ journal }) => journal],
  ['refresh.http', ({ refresh }) => refresh?.http],
  ['refresh.leaseMs', ({ refresh }) => refresh?.leaseMs],
  ['refresh.retry', ({ refresh }) => refresh?.retry],
];

/** Names of what differs between the region as the process was started and a new version, and takes a restart. */
export function restartNeeded(started: Region, next: Region): string[] {
  return fixed.filter(([, read]) => !isDeepStrictEqual(read(started), read(next))).map(([name]) => name);
}
