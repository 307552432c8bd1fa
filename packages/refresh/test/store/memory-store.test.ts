import { beforeEach } from 'vitest';

import type { EntryStore } from '../../src/store/entry-store.ts';
import { createMemoryStore } from '../../src/store/memory/memory-store.ts';
import { describeStore } from './describe-store.ts';
import { createHandClock, type HandClock } from './hand-clock.ts';

let clock: HandClock;
let place: EntryStore;

beforeEach(() => {
  clock = createHandClock();
  place = createMemoryStore({ clock });
});

describeStore('createMemoryStore()', ['value', 'hash', 'list', 'zset'], {
  open: () => place,
  pass: async (ms) => clock.advance(ms),
});
