import { expect, it, vi } from 'vitest';

import { VERSION_PARTS } from '../src/versions/version-keys.ts';
import { SuspectDeletes } from '../src/versions/suspect-deletes.ts';
import type { VersionTable } from '../src/versions/version-table.ts';
import { createManualClock } from './manual-clock.ts';

const LOOK_MS = 200;

it('asks Redis nothing before there are keys with versions, and goes on when there are none any more', async () => {
  const clock = createManualClock();
  const table = {
    open: vi.fn<VersionTable['open']>(() => Promise.resolve()),
    suspects: vi.fn<VersionTable['suspects']>(() => Promise.resolve([])),
    settle: vi.fn<VersionTable['settle']>(() => Promise.resolve()),
  };
  let used = false;
  const isUsed = vi.fn<() => boolean>(() => used);
  const deletes = new SuspectDeletes({
    table,
    clock,
    isUsed,
    carryOut: () => Promise.resolve(),
    isRefusal: () => false,
  });
  const next = async (): Promise<void> => {
    await vi.waitFor(() => expect(clock.pending).toBe(1));
    clock.advance(LOOK_MS);
    await vi.waitFor(() => expect(clock.pending).toBe(1));
  };
  deletes.start();
  for (let look = 0; look < 20; look += 1) await next();
  expect(isUsed).toHaveBeenCalledTimes(21);
  expect(table.open).not.toHaveBeenCalled();
  expect(table.suspects).not.toHaveBeenCalled();
  used = true;
  await next();
  expect(table.open).toHaveBeenCalledTimes(1);
  expect(table.suspects).toHaveBeenCalledTimes(VERSION_PARTS);
  used = false;
  await next();
  expect(table.suspects).toHaveBeenCalledTimes(2 * VERSION_PARTS);
  await deletes.close();
});
