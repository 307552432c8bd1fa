import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach } from 'vitest';

import { createRelay, type Relay, type RelayOptions } from '../../src/relay/relay.ts';
import { createRelayLog, type RelayLogOptions } from '../../src/relay/relay-log.ts';
import type { InvalidationLog } from '../../src/invalidation-log.ts';

/** Relays and logs behind them that are gone after each test. */
export interface RelaySetup {
  /** A path for a socket, in a directory of its own. */
  path(): Promise<string>;
  /** A relay that listens. */
  relay(log: InvalidationLog, options?: Partial<RelayOptions>): Promise<Relay>;
  /** A log behind a relay of `log`. */
  behind(relay: Pick<Relay, 'path'>, log: InvalidationLog, options?: Partial<RelayLogOptions>): InvalidationLog;
}

/** Cleans up after each test of the file: what was made last goes first. */
export function setupRelays(): RelaySetup {
  const cleanups: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
  });
  const setup: RelaySetup = {
    async path() {
      const dir = await mkdtemp(join(tmpdir(), 'relay-'));
      cleanups.push(() => rm(dir, { recursive: true, force: true }));
      return join(dir, 'relay.sock');
    },
    async relay(log, options = {}) {
      const relay = createRelay({ log, path: options.path ?? (await setup.path()), heartbeatMs: 50, ...options });
      cleanups.push(() => relay.close());
      await relay.listen();
      return relay;
    },
    behind({ path }, { namespace, shards }, options = {}) {
      const log = createRelayLog({ path, namespace, shards, ...options });
      cleanups.push(() => log.close());
      return log;
    },
  };
  return setup;
}
