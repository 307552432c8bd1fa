import { afterAll, beforeAll, expect, it } from 'vitest';

import { type PlaygroundSink, startSink } from '../src/world/sink.ts';

let sink: PlaygroundSink;
beforeAll(async () => {
  sink = await startSink();
});
afterAll(() => sink.close());

async function post(region: string, token: number, key: string): Promise<number> {
  const headers = { 'Lockstep-Fencing-Token': String(token), 'Idempotency-Key': key };
  return (await fetch(sink.urlOf(region), { method: 'POST', headers, body: 'x' })).status;
}

it('takes messages, knows one again, and turns away whoever was overtaken, region by region', async () => {
  const statuses = [
    await post('east', 2, 'a'),
    await post('east', 2, 'a'),
    await post('east', 1, 'b'),
    await post('west', 1, 'a'),
  ];
  expect(statuses).toEqual([200, 200, 409, 200]);
  expect([sink.acceptedOf('east'), sink.acceptedOf('west'), sink.acceptedOf('north')]).toEqual([1, 1, 0]);
});

it('takes nothing without a token', async () => {
  expect((await fetch(sink.urlOf('east'), { method: 'POST' })).status).toBe(400);
});
