import { type RedisServer, startRedis } from '@lockstep/testing';
import { afterAll, beforeAll, describe, it, vi } from 'vitest';

import { type FaultLab, openFaultLab, quick } from './fault-lab.ts';
import { startWorkerProcess, STEPS, type StoppingWorker, type WorkerProcess } from './start-worker-process.ts';

/** What the store may say to the first write of one that stood still; `none` where it does not come to one. */
const WROTE = {
  begun: ['none', 'superseded'],
  answered: ['none', 'superseded'],
  loaded: ['superseded'],
  stored: ['stored'],
  settled: ['stored'],
  dropped: ['stored'],
};
const slow = { timeout: 25_000 };
const idle = { waiting: 0, active: 0, delayed: 0, dead: 0 };

/** A key that one worker of the process has stopped at, and those who are to take over. */
interface Scene {
  readonly lab: FaultLab;
  calls: number;
}

/** Workers that have all stopped, and what each has stopped at. */
interface Stage {
  readonly worker: WorkerProcess;
  readonly scenes: ReadonlyMap<string, Scene>;
}

let server: RedisServer;

/** A process whose workers have all stopped, each at its step. Whatever becomes of it becomes of all of them at once. */
async function stopAll(stopping: readonly StoppingWorker[], staleName?: string): Promise<Stage> {
  const names = stopping.map(({ name }) => name);
  const scenes = new Map<string, Scene>();
  const until = (what: () => boolean): Promise<void> =>
    vi.waitFor(() => {
      if (!what())
        throw new Error(`the workers have not come so far: ${JSON.stringify(names.map((name) => worker.kinds(name)))}`);
    }, slow);
  for (const name of names) {
    const nextCall = (): { id: string; call: number }[] => [{ id: 'a', call: ++scene.calls }];
    const scene: Scene = { lab: openFaultLab(server.port, name, nextCall, { bounds: quick }), calls: 0 };
    scenes.set(name, scene);
    await scene.lab.gateway.read('rows:1');
    if (name !== staleName) continue;
    await scene.lab.gateway.invalidate('rows:1');
    await scene.lab.queue.drop('rows:1');
  }
  const worker = startWorkerProcess(server.port, stopping, (name) => ++scenes.get(name)!.calls);
  await until(() => names.every((name) => worker.kinds(name).includes('ready')));
  for (const [name, { lab }] of scenes) {
    const reason = name === staleName ? 'stale' : 'manual';
    await lab.queue.enqueue({ key: 'rows:1', reason, requestedAt: 0 });
  }
  await until(() => names.every((name) => worker.kinds(name).includes('at')));
  return { worker, scenes };
}

beforeAll(async () => {
  server = await startRedis();
});
afterAll(() => server.close());

async function end({ worker, scenes }: Stage): Promise<void> {
  worker[Symbol.dispose]();
  await Promise.all(Array.from(scenes.values(), ({ lab }) => lab[Symbol.asyncDispose]()));
}

describe.concurrent('a worker process that is killed', { timeout: 60_000 }, () => {
  let stage: Stage;
  let toldBefore: number;
  beforeAll(async () => {
    const stopping = STEPS.map((step): StoppingWorker => ({ name: `kill-${step}`, step }));
    stage = await stopAll([...stopping, { name: 'untold', step: 'stored' }], 'untold');
    stage.worker.child.kill('SIGKILL');
    toldBefore = stage.scenes.get('untold')!.lab.told.length;
    for (const { lab } of stage.scenes.values()) lab.worker.start();
  }, 60_000);
  afterAll(() => end(stage));

  it.for(STEPS)('when it has %s is replaced, and nothing is stuck', async (step, { expect }) => {
    const scene = stage.scenes.get(`kill-${step}`)!;
    const { lab } = scene;
    // The first call filled the entry, the second was the worker's, where it came to it.
    const before = step === 'begun' ? 1 : 2;
    // A task that asks for no reason is carried out again by whoever takes it over.
    await expect.poll(() => lab.storedCall('1'), slow).toBeGreaterThan(before);
    await expect.poll(() => lab.queue.counts()).toMatchObject(idle);
    expect(await lab.storedCall('1')).toBe(scene.calls);
    expect((await lab.gateway.read('rows:1')).state).toBe('fresh');
  });

  it('between storing and telling is made up for by the next', async ({ expect }) => {
    const scene = stage.scenes.get('untold')!;
    const { lab } = scene;
    await expect.poll(() => lab.told.slice(toldBefore), slow).toContain('rows:1');
    expect(scene.calls).toBe(2);
    expect(lab.worker.stats().refreshed).toBe(0);
  });
});

describe.concurrent('a worker process that stands still', { timeout: 60_000 }, () => {
  let stage: Stage;
  beforeAll(async () => {
    const stopping = STEPS.map((step): StoppingWorker => ({ name: `freeze-${step}`, step }));
    stage = await stopAll(stopping);
    const { worker, scenes } = stage;
    worker.child.kill('SIGSTOP');
    for (const { lab } of scenes.values()) lab.worker.start();
    const replaced = async ([name, { lab }]: [string, Scene]): Promise<void> => {
      const before = name === 'freeze-begun' ? 1 : 2;
      if ((await lab.storedCall('1')) <= before) throw new Error(`${name}: nobody has taken over`);
    };
    await vi.waitFor(() => Promise.all([...scenes].map(replaced)), slow);
    for (const name of scenes.keys()) worker.goOn(name);
    worker.child.kill('SIGCONT');
  }, 60_000);
  afterAll(() => end(stage));

  it.for(STEPS)('when it has %s cannot put back what is newer, and nothing is stuck', async (step, { expect }) => {
    const name = `freeze-${step}`;
    const { worker, scenes } = stage;
    const { lab } = scenes.get(name)!;
    // It hears nothing of its lost lease in the middle of a write: the store alone can refuse it.
    if (step === 'loaded') await expect.poll(() => worker.outcomes(name), slow).toContain('superseded');
    await expect.poll(() => lab.queue.counts(), slow).toMatchObject(idle);
    expect(WROTE[step]).toContain(worker.outcomes(name)[0] ?? 'none');
    expect(await lab.storedCall('1')).toBeGreaterThan(step === 'begun' ? 1 : 2);
    expect((await lab.gateway.read('rows:1')).state).toBe('fresh');
  });
});
