import { beforeEach } from 'vitest';

import type { EntryStore } from '../../src/store/entry-store.ts';
import { createMemoryStore } from '../../src/store/memory/memory-store.ts';
import { describeStore } from './describe-store.ts';
import { createManualClock, type ManualClock } from '../manual-clock.ts';

let clock: ManualClock;
let place: EntryStore;

beforeEach(() => {
  clock = createManualClock();
  place = createMemoryStore({ clock });
});

describeStore('createMemoryStore()', ['value', 'hash', 'list', 'zset'], {
  open: () => place,
  pass: async (ms) => clock.freeze(ms),
});
