import { unchanged } from '@lockstep/refresh';
import { expect, it } from 'vitest';

import { meterLoads, SourceMeter } from '../../src/engine/source-meter.ts';
import type { Loader } from '../../src/loader/loader.ts';
import { RefresherError } from '../../src/refresher-error.ts';
import { loadRequest } from '../fixtures/load-request.ts';

it('counts how loads end, and tells only of turns, never in the words of a module', async () => {
  const results: unknown[] = [
    { data: 1 },
    unchanged,
    new RefresherError('ERR_REFRESHER_ANSWER', 'the source answers 500'),
    new Error('coupons:oslo'),
    { data: 1 },
    Object.assign(new Error('coupons:oslo'), { code: 'ERR_SHOP' }),
  ];
  const load = async (): Promise<never> => {
    const next = results.shift();
    if (next instanceof Error) throw next;
    return next as never;
  };
  const meter = new SourceMeter();
  const turns: (string | undefined)[] = [];
  const loader: Loader = { load, [Symbol.asyncDispose]: async () => undefined };
  const metered = meterLoads(loader, { meter, onTurn: (reason) => turns.push(reason) });
  while (results.length > 0) await metered(loadRequest('oslo')).catch(() => undefined);
  expect(turns).toEqual(['the source answers 500', undefined, 'ERR_SHOP']);
  meter.isFailing = false;
  for (const code of ['ERR_REFRESH_CLOSED', 'ERR_REFRESH_TIMEOUT']) {
    results.push(Object.assign(new Error('given up'), { code }));
    const signal = AbortSignal.abort(results[0]);
    await metered(loadRequest('oslo', { signal })).catch(() => undefined);
  }
  expect(turns.slice(3)).toEqual(['ERR_REFRESH_TIMEOUT']);
  expect(meter).toMatchObject({ loaded: 2, unchanged: 1, failed: 5, isFailing: true, lastAtMs: expect.any(Number) });
});
