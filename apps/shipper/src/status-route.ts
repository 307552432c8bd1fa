import { describeError } from '@lockstep/core';
import type { LinkStatus, ShardStatus, Shipper } from '@lockstep/replication';
import type { AdminServer } from '@lockstep/service-kit';

/** Path of the status, on the port of the probes. */
export const statusPath = '/v1/links';

/** A status as JSON has it: an error is its message. */
export type Shown<T extends { readonly lastError?: Error }> = Omit<T, 'lastError' | 'shards'> & {
  readonly lastError?: string;
};

/** One link as the status shows it. */
export type ShownLink = Shown<LinkStatus> & { readonly shards: readonly Shown<ShardStatus>[] };

/** Mounts the status of every link, shard by shard. It holds no keys and no values. */
export function mountStatus(http: AdminServer['http'], shipper: Pick<Shipper, 'status'>): void {
  http.get(statusPath, async () =>
    shipper.status().map((link): ShownLink => ({ ...show(link), shards: link.shards.map((shard) => show(shard)) })),
  );
}

function show<T extends { readonly lastError?: Error }>(status: T): Omit<T, 'lastError'> & { lastError?: string } {
  const { lastError, ...facts } = status;
  return { ...facts, ...(lastError === undefined ? {} : { lastError: describeError(lastError) }) };
}
