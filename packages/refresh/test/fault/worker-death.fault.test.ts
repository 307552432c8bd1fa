import { type RedisServer, startRedis } from '@lockstep/testing';
import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, it } from 'vitest';

import { openFaultLab, quick } from './fault-lab.ts';

const STEPS = ['begun', 'answered', 'loaded', 'stored', 'settled', 'dropped'] as const;
/** What the store says to the write of one that stood still, where it comes to that. */
const WROTE = {
  begun: undefined,
  loaded: 'superseded',
  stored: 'stored',
};

interface Heard {
  readonly kind: 'ready' | 'at' | 'load' | 'wrote';
  readonly outcome?: string;
}

let server: RedisServer;
beforeAll(async () => {
  server = await startRedis();
});
afterAll(() => server.close());

/** A worker process that stops at a step, and what it said. */
function startProcess(name: string, step: string, nextCall: () => number) {
  const script = fileURLToPath(new URL('worker-process.mjs', import.meta.url));
  const argument = JSON.stringify({ port: server.port, name, step, quick });
  const child: ChildProcess = fork(script, [argument], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const heard: Heard[] = [];
  child.on('message', (message: Heard) => {
    heard.push(message);
    if (message.kind === 'load') child.send({ call: nextCall() });
  });
  return { child, heard, kinds: () => heard.map(({ kind }) => kind) };
}

describe.concurrent('a worker process', { timeout: 60_000 }, () => {
  it.for(STEPS)('that is killed when it has %s is replaced, and nothing is stuck', async (step, { expect }) => {
    const name = `kill-${step}`;
    let calls = 0;
    await using lab = openFaultLab(server.port, name, () => [{ id: 'a', call: ++calls }], { bounds: quick });
    await lab.gateway.read('rows:1');
    const { child, kinds } = startProcess(name, step, () => ++calls);
    await expect.poll(kinds, { timeout: 25_000 }).toContain('ready');
    await lab.queue.enqueue({ key: 'rows:1', reason: 'manual', requestedAt: 0 });
    await expect.poll(kinds).toContain('at');
    child.kill('SIGKILL');
    const callsBefore = calls;
    lab.worker.start();
    // A task that asks for no reason is carried out again by whoever takes it over.
    await expect.poll(() => lab.storedCall('1'), { timeout: 25_000 }).toBeGreaterThan(callsBefore);
    await expect.poll(() => lab.queue.counts()).toMatchObject({ waiting: 0, active: 0, delayed: 0, dead: 0 });
    expect(await lab.storedCall('1')).toBe(calls);
    expect((await lab.gateway.read('rows:1')).state).toBe('fresh');
  });

  it.for(['begun', 'loaded', 'stored'] as const)(
    'that stands still when it has %s cannot put back what is newer',
    async (step, { expect }) => {
      const name = `freeze-${step}`;
      let calls = 0;
      await using lab = openFaultLab(server.port, name, () => [{ id: 'a', call: ++calls }], { bounds: quick });
      await lab.gateway.read('rows:1');
      const { child, kinds, heard } = startProcess(name, step, () => ++calls);
      await expect.poll(kinds, { timeout: 25_000 }).toContain('ready');
      await lab.queue.enqueue({ key: 'rows:1', reason: 'manual', requestedAt: 0 });
      await expect.poll(kinds).toContain('at');
      child.kill('SIGSTOP');
      lab.worker.start();
      const callsBefore = calls;
      await expect.poll(() => lab.storedCall('1'), { timeout: 25_000 }).toBeGreaterThan(callsBefore);
      child.send({ call: -1 });
      child.kill('SIGCONT');
      const outcomes = (): unknown[] => heard.flatMap(({ outcome }) => outcome ?? []);
      // It hears nothing of its lost lease in the middle of a write: the store alone can refuse it.
      if (step === 'loaded') await expect.poll(outcomes).toContain('superseded');
      await expect.poll(() => lab.queue.counts()).toMatchObject({ waiting: 0, active: 0, delayed: 0, dead: 0 });
      expect(outcomes()[0]).toBe(WROTE[step]);
      expect(await lab.storedCall('1')).toBeGreaterThan(callsBefore);
      child.kill('SIGKILL');
    },
  );

  it('that dies between storing and telling is made up for by the next', async ({ expect }) => {
    let calls = 0;
    await using lab = openFaultLab(server.port, 'untold', () => [{ id: 'a', call: ++calls }], { bounds: quick });
    await lab.gateway.read('rows:1');
    await lab.gateway.invalidate('rows:1');
    await lab.queue.drop('rows:1');
    const { child, kinds } = startProcess('untold', 'stored', () => ++calls);
    await expect.poll(kinds, { timeout: 25_000 }).toContain('ready');
    await lab.queue.enqueue({ key: 'rows:1', reason: 'stale', requestedAt: 0 });
    await expect.poll(kinds).toContain('at');
    child.kill('SIGKILL');
    const toldBefore = lab.told.length;
    lab.worker.start();
    await expect.poll(() => lab.told.slice(toldBefore)).toContain('rows:1');
    expect(calls).toBe(2);
    expect(lab.worker.stats().refreshed).toBe(0);
  });
});
