import { describe, expect, it } from 'vitest';

import { defineRefresh, type RefreshDefinition } from '../../src/index.ts';
import { openLab } from '../lab.ts';

describe('a read of what another process loads', () => {
  it('fails after waitMs', async () => {
    await using lab = openLab();
    lab.source.takesMs = 3000;
    void lab.gateway().read('coupons:1');
    await lab.clock.advance(0);
    const late = lab
      .gateway({ waitMs: 200 })
      .read('coupons:1')
      .catch((error: unknown) => error);
    await lab.clock.advance(200);
    expect(await late).toMatchObject({ code: 'ERR_REFRESH_TIMEOUT' });
    expect(lab.source.calls).toHaveLength(1);
    await lab.clock.advance(3000);
  });

  it('calls the source itself after waitMs, where it was told to', async () => {
    await using lab = openLab();
    lab.source.takesMs = 3000;
    void lab.gateway().read('coupons:1');
    await lab.clock.advance(0);
    const late = lab.gateway({ waitMs: 200, whenLate: 'load' }).read('coupons:1');
    await lab.clock.advance(3200);
    expect((await late).state).toBe('loaded');
    expect(lab.source.calls).toHaveLength(2);
  });

  it('takes over within the lease from a process that died', async () => {
    await using lab = openLab();
    await lab.locks().acquire('refresh:coupons:1', { ttlMs: 1000 });
    const dead = lab.locks();
    await dead.tryAcquire('refresh:coupons:2', { ttlMs: 1000 });
    const read = lab.gateway({ leaseMs: 1000 }).read('coupons:1', { waitMs: 300 });
    const given = read.catch((error: unknown) => error);
    await lab.clock.advance(300);
    expect(await given).toMatchObject({ code: 'ERR_REFRESH_TIMEOUT' });
  });

  it('without loads waits for a worker', async () => {
    await using lab = openLab();
    const bare = defineRefresh('coupons', { shape: 'hash', ttlMs: 10_000 }) as RefreshDefinition;
    const gateway = lab.gateway({ loads: false, definitions: [bare] });
    const read = gateway.read('coupons:1');
    lab.worker().start();
    await lab.clock.advance(1000);
    expect((await read).state).toBe('fresh');
    expect(lab.source.calls).toHaveLength(1);
  });
});

describe('an entry that is invalidated while it is loaded', () => {
  it('is loaded again, and only the second load is stored', async () => {
    await using lab = openLab();
    const gateway = lab.gateway();
    lab.source.takesMs = 100;
    const read = gateway.of(lab.coupons).read('1');
    await lab.clock.advance(50);
    await gateway.invalidate('coupons:1', 'remove');
    await lab.clock.advance(500);
    expect(await read).toMatchObject({
      state: 'loaded',
      data: new Map([
        ['a', { id: 'a', version: 2 }],
        ['b', { id: 'b', version: 2 }],
      ]),
    });
    expect((await gateway.of(lab.coupons).element('1', 'a')).data).toEqual({ id: 'a', version: 2 });
    expect(gateway.stats()).toMatchObject({ loads: 2, loadsRepeated: 1 });
  });

  it('is answered as stale when there is no end of it', async () => {
    await using lab = openLab();
    const gateway = lab.gateway();
    lab.source.answer = async () => {
      await gateway.invalidate('coupons:1', 'remove');
      return [{ id: 'a', version: 1 }];
    };
    const read = gateway.read('coupons:1');
    await lab.clock.advance(3000);
    expect((await read).state).toBe('stale');
    expect(lab.source.calls).toHaveLength(4);
  });
});

describe('a stored entry that is not what was defined', () => {
  it('is loaded anew', async () => {
    await using lab = openLab();
    const lease = (await lab.locks().tryAcquire('refresh:coupons:1'))!;
    await lab.store.begin('coupons:1', lease.token);
    const content = { shape: 'hash', elements: new Map([['a', Buffer.from('{broken')]]) } as const;
    await lab.store.replace('coupons:1', { ticket: lease.token, content, ttlMs: 10_000, staleForMs: 0 });
    await lease.release();
    const gateway = lab.gateway();
    const answer = await lab.clock.during(100, gateway.of(lab.coupons).read('1'));
    expect(answer).toMatchObject({ state: 'loaded', size: 2 });
    expect((await gateway.of(lab.coupons).read('1')).state).toBe('fresh');
    expect(gateway.stats().unreadable).toBe(1);
  });
});

describe('a source that is switched off', () => {
  it('is not called, and what is stored is served', async () => {
    await using lab = openLab();
    const gateway = lab.gateway();
    await gateway.read('coupons:1');
    await lab.switches.set('coupons', false);
    expect((await gateway.read('coupons:1')).state).toBe('fresh');
    await expect(gateway.read('coupons:2')).rejects.toMatchObject({ code: 'ERR_REFRESH_DISABLED' });
    await lab.switches.set('coupons', true);
    expect((await gateway.read('coupons:2')).state).toBe('loaded');
  });
});

describe('a gateway that is closed', () => {
  it('rejects who waits and who comes', async () => {
    await using lab = openLab();
    const gateway = lab.gateway();
    lab.source.takesMs = Infinity;
    const waiting = gateway.read('coupons:1').catch((error: unknown) => error);
    await lab.clock.advance(10);
    await gateway.close();
    expect(await waiting).toMatchObject({ code: 'ERR_REFRESH_CLOSED' });
    await expect(gateway.read('coupons:1')).rejects.toMatchObject({ code: 'ERR_REFRESH_CLOSED' });
    await gateway.close();
  });

  it('lets a reader go by its own signal, and the load goes on for the others', async () => {
    await using lab = openLab();
    lab.source.takesMs = 100;
    const gateway = lab.gateway();
    const impatient = gateway
      .read('coupons:1', { signal: AbortSignal.abort(new Error('gone')) })
      .catch((error: unknown) => error);
    const patient = gateway.read('coupons:1');
    expect(await impatient).toMatchObject({ message: 'gone' });
    await lab.clock.advance(100);
    expect((await patient).state).toBe('loaded');
  });
});
