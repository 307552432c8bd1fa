import { askHttp } from './http-reply.ts';
import type { World, WorldRegion } from './world.ts';

const requestMs = 6000;
/**
 * The longest time from the beginning of a row's write until it is in the journal, as a journal knows it: one that took
 * longer has to be made again. A little less, as clocks are not read at the same moment.
 */
const maxRowMs = 4500;

/** What is written to a key. */
export interface KeyWrite {
  readonly key: string;
  /** What the value begins with; of a row, also its version. */
  readonly number: number;
  /** Undefined for a delete. */
  readonly body: Buffer | undefined;
}

/** Writes a key, `KIND:...`, as an application of a region does. Whether it was confirmed; else it may take effect or not. */
export function writeKey({ design }: Pick<World, 'design'>, region: WorldRegion, write: KeyWrite): Promise<boolean> {
  const ingest = write.key.startsWith('row:') ? design.ingest : undefined;
  return ingest === undefined ? askProxy(region, write) : writeRow(ingest, region, write);
}

/** An application that has the versions of its rows writes its cache, and then appends the row with its version. */
async function writeRow(
  ingest: NonNullable<World['design']['ingest']>,
  { place, rows, reader }: WorldRegion,
  write: KeyWrite,
): Promise<boolean> {
  const startedAt = performance.now();
  if (!(await rows[reader.nodeOf(write.key)]!.write(write.key, write.body))) return false;
  const isTaken = await ingest(place, write).catch(() => false);
  return isTaken && performance.now() - startedAt < maxRowMs;
}

async function askProxy({ place }: WorldRegion, { key, body }: KeyWrite): Promise<boolean> {
  const answer = await askHttp({
    port: place.ports.proxy[0]!,
    method: body === undefined ? 'DELETE' : 'PUT',
    path: `/v1/cache/${encodeURIComponent(key)}`,
    ...(body === undefined ? {} : { body }),
    timeoutMs: requestMs,
  }).catch(() => undefined);
  return answer?.status === 204 || (body === undefined && answer?.status === 404);
}
