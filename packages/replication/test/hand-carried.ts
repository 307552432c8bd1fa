import { setTimeout as pause } from 'node:timers/promises';

import { type RedisServer, startRedis } from '@lockstep/testing';

import { createJournal, type Journal } from '../src/journal/journal.ts';
import { journalKeys } from '../src/journal/journal-keys.ts';
import { createReceiver, type Receiver, type ReceiveResult } from '../src/receiver/receiver.ts';
import { compareStreamIds, STREAM_START } from '../src/operation/stream-id.ts';
import { encodeBatchBody } from '../src/transport/batch-body.ts';
import { connectRedis } from './connect-redis.ts';
import { del, set } from './operations.ts';
import { readStoredBlocks } from './read-journal.ts';
import { RecordingApplier } from './recording-applier.ts';

/** A write takes so long at most in these tests. */
export const MAX_WRITE_MS = 50;

/** A region that writes, and receives what is carried to it. */
export interface CarriedRegion {
  readonly name: string;
  readonly journal: Journal;
  readonly applier: RecordingApplier;
  readonly receiver: Receiver;
  /** Stores a value here, and appends it. */
  store(key: string, value: string): Promise<void>;
  /** Deletes it here, and appends that. */
  remove(key: string): Promise<void>;
}

/** Regions that write the same keys, between which a test carries the journals by hand, in whatever order it likes. */
export interface HandCarried extends AsyncDisposable {
  readonly regions: readonly CarriedRegion[];
  /** Brings all that is in the journal of one region, and was not brought yet, to another. Undefined when there is nothing. */
  carry(from: CarriedRegion, to: CarriedRegion): Promise<ReceiveResult | undefined>;
  /** Brings everything everywhere until there is nothing more, in the order that `pick` gives. */
  carryAll(pick?: (count: number) => number): Promise<void>;
  /** Resolves when what was applied up to now has been seen by what is written from now on. */
  seen(): Promise<void>;
  /** Another process receives in that region from now on. */
  restart(region: CarriedRegion): Promise<CarriedRegion>;
}

/** Starts the regions. They share a Redis: only the names of their keys differ. */
export async function startHandCarried(names: readonly string[]): Promise<HandCarried> {
  const server: RedisServer = await startRedis();
  const client = connectRedis(server.port);
  const regions: CarriedRegion[] = [];
  const receive = (name: string, applier: RecordingApplier, journal: Journal): Receiver =>
    createReceiver({ client, region: name, applier, conflicts: { journal, shards: 1 } });
  for (const name of names) {
    const applier = new RecordingApplier();
    const peers = names.filter((other) => other !== name);
    const journal = createJournal({ client, region: name, shards: 1, peers, maxWriteMs: MAX_WRITE_MS });
    await journal.start();
    regions.push({
      name,
      journal,
      applier,
      receiver: receive(name, applier, journal),
      async store(key, value) {
        applier.state.set(key, value);
        await journal.append(set(key, value));
      },
      async remove(key) {
        applier.state.delete(key);
        await journal.append(del(key));
      },
    });
  }
  const pairs = (): [CarriedRegion, CarriedRegion][] =>
    regions.flatMap((from) =>
      regions.filter((to) => to !== from).map((to): [CarriedRegion, CarriedRegion] => [from, to]),
    );

  async function carry(from: CarriedRegion, to: CarriedRegion): Promise<ReceiveResult | undefined> {
    const prev = await to.receiver.cursor(from.name, 0);
    const reply = await client.callBuffer('XRANGE', journalKeys(from.name, 0).stream, `(${prev}`, '+');
    const entries = (reply as [Buffer, Buffer[]][]).map(([id, fields]) => ({ id: id.toString(), block: fields[1]! }));
    const [first, last] = [entries[0], entries.at(-1)];
    if (first === undefined || last === undefined) return undefined;
    const body = encodeBatchBody(entries.map(({ block }) => block));
    return to.receiver.receive({ source: from.name, shard: 0, prev, first: first.id, last: last.id, body });
  }

  /** Appends deletes of a key that nobody else has until one says that it has seen what was applied there. */
  async function seenIn({ name, journal, receiver }: CarriedRegion): Promise<void> {
    const others = names.filter((other) => other !== name);
    const cursors = await Promise.all(others.map((other) => receiver.cursor(other, 0)));
    for (;;) {
      await journal.append(del(`probe:${name}`));
      const { seen } = (await readStoredBlocks(client, name)).at(-1)!;
      const isSeen = (other: string, at: number): boolean =>
        compareStreamIds(seen?.cursors.get(other) ?? STREAM_START, cursors[at]!) >= 0;
      if (others.every(isSeen)) return;
      await pause(5);
    }
  }

  return {
    regions,
    carry,
    async carryAll(pick = () => 0) {
      for (let idle = pairs(); idle.length > 0;) {
        const [[from, to]] = idle.splice(pick(idle.length), 1) as [[CarriedRegion, CarriedRegion]];
        // What was brought may have made the region append something.
        if ((await carry(from, to)) !== undefined) idle = pairs();
      }
    },
    async seen() {
      await Promise.all(regions.map((region) => seenIn(region)));
    },
    async restart(region) {
      await region.receiver.close();
      const next = { ...region, receiver: receive(region.name, region.applier, region.journal) };
      regions.splice(regions.indexOf(region), 1, next);
      return next;
    },
    async [Symbol.asyncDispose]() {
      for (const { journal, receiver } of regions) await Promise.all([journal.close(), receiver.close()]);
      client.disconnect();
      await server.close();
    },
  };
}
