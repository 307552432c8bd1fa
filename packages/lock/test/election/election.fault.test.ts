import type { ChildProcess } from 'node:child_process';

import { type FaultProxy, type RedisServer, startFaultProxy, startRedis } from '@lockstep/testing';
import { describe, expect, it } from 'vitest';

import { type Effect, openWorkers, staleEffects, type Workers } from '../processes/workers.ts';

const ttlMs = 900;
const poll = { timeout: 20_000, interval: 20 };
const script = new URL('worker.mjs', import.meta.url);
const now = (): number => Number(process.hrtime.bigint()) / 1e6;
const last = ({ effects }: Workers): Effect => effects.at(-1)!;

/** Waits for somebody to lead who has not before; returns since when. */
async function newTerm(workers: Workers, by: (effect: Effect) => boolean = () => true): Promise<Effect> {
  const { token } = last(workers);
  const first = (): Effect | undefined => workers.effects.find((effect) => effect.token > token && by(effect));
  await expect.poll(first, poll).toBeDefined();
  return first()!;
}

describe('processes that stand in one election', () => {
  it('have one leader at a time while leaders resign, are stopped, cut off and killed', async () => {
    await using server: RedisServer = await startRedis();
    await using link: FaultProxy = await startFaultProxy({ to: server });
    await using workers = openWorkers({ port: server.port, ttlMs, everyMs: 3 }, script);
    const { effects } = workers;
    const [behindLink, ...others] = await Promise.all([
      workers.start({ port: link.port }),
      workers.start(),
      workers.start(),
    ]);
    const all = [behindLink, ...others];
    const leading = (): ChildProcess => all.find(({ pid }) => pid === last(workers).pid)!;
    await expect.poll(() => effects.length, poll).toBeGreaterThan(3);

    leading().send('resign');
    const before = last(workers);
    const resigned = await newTerm(workers);
    // Handed on, and not waited for.
    expect(resigned.at - before.at).toBeLessThan(ttlMs);

    const stopped = leading();
    stopped.kill('SIGSTOP');
    const next = await newTerm(workers);
    await expect.poll(() => now() - next.at, poll).toBeGreaterThan(ttlMs);
    stopped.kill('SIGCONT');

    for (let i = 0; i < 20 && last(workers).pid !== behindLink.pid; i++) {
      const { token } = last(workers);
      leading().send('resign');
      await expect.poll(() => last(workers).token, poll).toBeGreaterThan(token);
    }
    expect(last(workers).pid).toBe(behindLink.pid);
    link.halfOpen();
    await newTerm(workers, ({ pid }) => pid !== behindLink.pid);
    await link.heal();

    const killed = leading();
    killed.kill('SIGKILL');
    const lastSeen = last(workers);
    const successor = await newTerm(workers, ({ pid }) => pid !== killed.pid);
    // The bound is the rest of the period and 25 ms; how busy this machine is, is not ours.
    expect(successor.at - lastSeen.at).toBeLessThan(ttlMs + 500);

    expect(staleEffects(effects)).toEqual([]);
    const byTerm = new Map(effects.map(({ term, token }) => [term!, token]));
    expect(new Set(effects.map(({ term, token }) => `${term} ${token}`)).size).toBe(byTerm.size);
    const terms = effects.toSorted((a, b) => a.token - b.token).map(({ term }) => term!);
    expect(terms).toEqual(terms.toSorted((a, b) => a - b));
  });
});
