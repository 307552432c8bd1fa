import { type RedisServer, startRedis } from '@lockstep/testing';

import { createJournal, type Journal } from '../src/journal/journal.ts';
import { createReceiver, type Receiver } from '../src/receiver/receiver.ts';
import { createShipper, type Shipper } from '../src/shipper/shipper.ts';
import type { Transport } from '../src/transport/transport.ts';
import type { VersionOptions } from '../src/versions/version-options.ts';
import { connectRedis } from './connect-redis.ts';
import { set } from './operations.ts';
import { RecordingApplier } from './recording-applier.ts';

/** A region that writes and receives. */
export interface Writer {
  readonly client: ReturnType<typeof connectRedis>;
  readonly journal: Journal;
  readonly applier: RecordingApplier;
  readonly shipper: Shipper;
  receiver: Receiver;
  /** While it is set, nothing reaches this region. */
  isCut: boolean;
  /** Stores a value here, and appends it, with a version where there is one. */
  store(key: string, value: string | number, version?: number | bigint): Promise<void>;
  /** The receiver of this region is another process from now on. */
  restartReceiver(): Promise<void>;
}

/** East and west write the same keys, and ship to one another. */
export interface TwoWriters extends AsyncDisposable {
  readonly east: Writer;
  readonly west: Writer;
}

/** A write takes so long at most in these tests. */
export const MAX_WRITE_MS = 200;

export async function startTwoWriters({
  retainBytes = 1024 * 1024,
  maxWriteMs = MAX_WRITE_MS,
  versions,
}: {
  readonly retainBytes?: number;
  readonly maxWriteMs?: number;
  /** Versions are compared, and conflicts are not looked for. */
  readonly versions?: VersionOptions;
} = {}): Promise<TwoWriters> {
  const servers = await Promise.all([startRedis(), startRedis()]);
  const regions = ['east', 'west'] as const;
  const writers: Writer[] = [];
  const reach = (at: number): Transport => ({
    position(source, shard) {
      const { receiver, isCut } = writers[at]!;
      return isCut ? Promise.reject(new Error('cut')) : receiver.position(source, shard);
    },
    async send(batch) {
      const { receiver, isCut } = writers[at]!;
      if (isCut) throw new Error('cut');
      const { kind, ...position } = await receiver.receive(batch);
      return { kind: kind === 'gap' ? 'gap' : 'accepted', ...position };
    },
  });
  for (const [at, region] of regions.entries()) {
    writers.push(
      await startWriter(servers[at]!, region, regions[1 - at]!, {
        transport: reach(1 - at),
        retainBytes,
        maxWriteMs,
        versions,
      }),
    );
  }
  for (const { shipper } of writers) shipper.start();
  return {
    east: writers[0]!,
    west: writers[1]!,
    async [Symbol.asyncDispose]() {
      for (const { shipper, receiver, journal, client } of writers) {
        await Promise.all([shipper.close(), receiver.close(), journal.close()]);
        client.disconnect();
      }
      await Promise.all(servers.map((server) => server.close()));
    },
  };
}

async function startWriter(
  server: RedisServer,
  region: string,
  peer: string,
  options: { transport: Transport; retainBytes: number; maxWriteMs: number; versions: VersionOptions | undefined },
): Promise<Writer> {
  const client = connectRedis(server.port);
  const applier = new RecordingApplier();
  const { transport, retainBytes, maxWriteMs, versions } = options;
  const rules = versions === undefined ? { peers: [peer] } : { versions };
  // Nothing is frozen where versions are compared, and an answer may be late on a busy machine.
  const timeoutMs = versions === undefined ? 500 : 5000;
  const journal = createJournal({ client, region, shards: 2, maxWriteMs, timeoutMs, ...rules });
  await journal.start();
  const createOne = (): Receiver => {
    const judging = versions === undefined ? { conflicts: { journal, shards: 2 } } : { versions };
    const one = createReceiver({ client, region, applier, timeoutMs, ...judging });
    one.start();
    return one;
  };
  const shipper = createShipper({
    client,
    region,
    shards: 2,
    links: [{ to: peer, transport }],
    blockMs: 100,
    monitorIntervalMs: 20,
    settleMs: 100,
    retainBytes,
    retry: { minMs: 5, maxMs: 20 },
  });
  const writer: Writer = {
    client,
    journal,
    applier,
    shipper,
    receiver: createOne(),
    isCut: false,
    async store(key, value, version) {
      applier.state.set(key, String(value));
      await journal.append(version === undefined ? set(key, value) : { ...set(key, value), version });
    },
    async restartReceiver() {
      await writer.receiver.close();
      writer.receiver = createOne();
    },
  };
  return writer;
}
