import { describe, expect, it, vi } from 'vitest';

import type { AcquireRequest } from '../../src/driver/lock-driver.ts';
import { BOUND, type DriversUnderTest } from '../driver/conformance/process.ts';

type Prefer = 'none' | 'readers' | 'writers';

const read = (prefer?: Prefer): Partial<AcquireRequest> => ({ shape: { kind: 'read', prefer } });
const write = (prefer?: Prefer): Partial<AcquireRequest> => ({ shape: { kind: 'write', prefer } });

/** What read-write locks do beside what all locks do. */
export function describeReadWrite(drivers: DriversUnderTest): void {
  describe('read-write locks', () => {
    it('are held by many readers or by one writer', async () => {
      await using a = drivers.process('read-write');
      const key = drivers.key();
      const readers = [await a.hold(key, read()), await a.hold(key, read())];
      await expect(a.ask(key, write())).resolves.toMatchObject({ reply: { kind: 'taken' } });
      for (const owner of readers) await a.driver.release(key, owner, BOUND);
      await a.hold(key, write());
      await expect(a.ask(key, read())).resolves.toMatchObject({ reply: { kind: 'taken' } });
      await expect(a.ask(key, write())).resolves.toMatchObject({ reply: { kind: 'taken' } });
    });

    it('give all readers at the head of the line their lock together', async () => {
      await using a = drivers.process('read-write');
      await using b = drivers.process('read-write');
      const key = drivers.key();
      const writer = await a.hold(key, write());
      const readers = [await b.wait(key, read()), await b.wait(key, read())];
      await b.wait(key, write());
      await b.wait(key, read());
      await a.driver.release(key, writer, BOUND);
      await vi.waitFor(() => expect(b.grants.map(({ owner }) => owner)).toEqual(readers), 5000);
      await expect(a.driver.inspect(key, BOUND)).resolves.toMatchObject({ holders: 2, waiters: 2 });
    });

    it('let a reader wait behind a writer that came before him', async () => {
      await using a = drivers.process('read-write');
      await using b = drivers.process('read-write');
      const key = drivers.key();
      const reader = await a.hold(key, read());
      const writer = await b.wait(key, write());
      const late = await b.wait(key, read());
      await expect(a.ask(key, read())).resolves.toMatchObject({ reply: { kind: 'taken' } });
      await a.driver.release(key, reader, BOUND);
      await vi.waitFor(() => expect(b.grants.map(({ owner }) => owner)).toEqual([writer]), 5000);
      await b.driver.release(key, writer, BOUND);
      await vi.waitFor(() => expect(b.grants.map(({ owner }) => owner)).toEqual([writer, late]), 5000);
    });

    it('let a reader join those who read before a writer that waits, where readers are preferred', async () => {
      await using a = drivers.process('read-write');
      const key = drivers.key();
      await a.hold(key, read('readers'));
      await a.wait(key, write('readers'));
      await a.hold(key, { ...read('readers'), mode: 'queue' });
      await expect(a.driver.inspect(key, BOUND)).resolves.toMatchObject({ holders: 2, waiters: 1 });
    });

    it('let a writer go before readers that came earlier, where writers are preferred', async () => {
      await using a = drivers.process('read-write');
      const key = drivers.key();
      const holder = await a.hold(key, write('writers'));
      const reader = await a.wait(key, read('writers'));
      const writer = await a.wait(key, write('writers'));
      await a.driver.release(key, holder, BOUND);
      await vi.waitFor(() => expect(a.grants.map(({ owner }) => owner)).toEqual([writer]), 5000);
      await a.driver.release(key, writer, BOUND);
      await vi.waitFor(() => expect(a.grants.map(({ owner }) => owner)).toEqual([writer, reader]), 5000);
    });

    it('go on when a writer that leaves the line was all that kept readers out', async () => {
      await using a = drivers.process('read-write');
      const key = drivers.key();
      await a.hold(key, read());
      const writer = await a.wait(key, write());
      const reader = await a.wait(key, read());
      await a.driver.cancel(key, writer, BOUND);
      await vi.waitFor(() => expect(a.grants.map(({ owner }) => owner)).toEqual([reader]), 5000);
    });

    it('pass over those whose lease ran out', async () => {
      await using a = drivers.process('read-write');
      const key = drivers.key();
      const gone = await a.hold(key, { ...write(), ttlMs: 30 });
      await vi.waitFor(() => a.hold(key, read()), 5000);
      await expect(a.driver.renew([{ key, owner: gone, ttlMs: 1000 }], BOUND)).resolves.toEqual(['lost']);
    });
  });
}
