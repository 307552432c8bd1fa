/** One process of the fleet: `fleet-node-server.js SETTINGS`, driven by messages of the parent. */
import { describeError } from '@lockstep/core';

import { connectDatabase } from './database.ts';
import { createFleetNode } from './fleet-node.ts';
import type { NodeAnswer, NodeRequest, NodeSettings } from './fleet-messages.ts';
import { findLibrary } from './libraries.ts';

const settings = JSON.parse(process.argv[2] ?? '{}') as NodeSettings;
const ttlMs = 3_600_000;
const maxEntries = 100_000;

// A parent that is gone must not leave a busy child behind.
process.once('disconnect', () => process.exit(0));
// Some libraries let a promise of theirs fail unheard when a connection breaks. An app that wants to live on does this.
process.on('unhandledRejection', () => {});

const cache = await findLibrary(settings.library).open({ redisUrl: settings.redisUrl, ttlMs, maxEntries });
const node = createFleetNode(cache, connectDatabase(settings.databaseUrl));

function answer(what: NodeAnswer): void {
  process.send?.(what);
}

process.on('message', ({ id, call, args }: NodeRequest) => {
  const perform = node[call] as (...given: readonly unknown[]) => Promise<unknown>;
  perform(...args).then(
    (value) => answer({ id, value }),
    (error: unknown) => answer({ id, error: describeError(error) }),
  );
});
answer({ id: 0 });
