import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { expect, it } from 'vitest';

import { openLab } from '../lab.ts';

it('tells whoever listens of reads, loads and tasks, without their keys', async () => {
  await using lab = openLab();
  const heard: string[] = [];
  const hear = (message: unknown, name: string | symbol): void => {
    heard.push(`${String(name).split(':')[2]} ${JSON.stringify(message)}`);
  };
  const names = ['read', 'load', 'task'].map((what) => `lockstep:refresh:${what}`);
  for (const name of names) subscribe(name, hear);
  try {
    const gateway = lab.gateway();
    await gateway.read('coupons:secret');
    lab.source.answer = () => 'garbage';
    await gateway.read('coupons:other').catch(() => undefined);
    lab.worker().start();
    await lab.clock.advance(10);
    await lab.queue.enqueue({ key: 'coupons:secret', reason: 'warm-up', requestedAt: 0 });
    await lab.clock.advance(10);
  } finally {
    for (const name of names) unsubscribe(name, hear);
  }
  expect(heard).toEqual([
    'load {"source":"coupons","by":"gateway","outcome":"ok","durationMs":0}',
    'read {"source":"coupons","outcome":"loaded","durationMs":0}',
    'load {"source":"coupons","by":"gateway","outcome":"ok","durationMs":0}',
    'read {"source":"coupons","outcome":"ERR_REFRESH_CONTENT","durationMs":0}',
    'load {"source":"coupons","by":"worker","outcome":"ok","durationMs":0}',
    'task {"source":"coupons","reason":"missing","outcome":"ERR_REFRESH_CONTENT","durationMs":0}',
    'task {"source":"coupons","reason":"warm-up","outcome":"fresh","durationMs":0}',
  ]);
});
