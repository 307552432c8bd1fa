import { once } from 'node:events';
import { Agent, get } from 'node:http';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';

import { createFixtures, type FixtureApp } from '../fixtures/fixture-app.ts';
import { sample } from '../topology/sample.ts';

const fixtures = createFixtures();
afterEach(() => fixtures.close());

interface Answer {
  readonly pid: number;
  readonly slot: number;
  readonly classes: readonly string[];
}

/** Each on a connection of its own, so that they reach different workers. */
async function fetchJson<T>(url: string): Promise<T> {
  const response = await fetch(url, { headers: { connection: 'close' } });
  return (await response.json()) as T;
}

/** Asks until every worker has answered. */
async function workersOf(app: FixtureApp, count: number): Promise<Map<number, Answer>> {
  const found = new Map<number, Answer>();
  await vi.waitFor(
    async () => {
      const answer = await fetchJson<Answer>(`${app.url}/classes`);
      found.set(answer.slot, answer);
      expect(found.size).toBe(count);
    },
    { timeout: 15_000, interval: 5 },
  );
  return found;
}

async function startReady(workers: number, env: Record<string, string> = {}): Promise<FixtureApp> {
  const app = await fixtures.start('good', { FIXTURE_WORKERS: String(workers), ...env });
  await vi.waitFor(() => expect(app.logs().some((line) => line['workers'] === workers)).toBe(true), 20_000);
  return app;
}

const portOf = (app: FixtureApp): string => new URL(app.url).port;
const topologyWith = (app: FixtureApp, prefix: string): string =>
  `${sample.replace('127.0.0.1:4510', `127.0.0.1:${portOf(app)}`)}  - { prefix: "${prefix}", policy: none }\n`;

describe('an app with several workers', () => {
  it('serves from each of them, on one address, with one page of metrics and one readiness', async () => {
    const app = await startReady(2);
    const workers = await workersOf(app, 2);
    expect(new Set(workers.keys())).toEqual(new Set([1, 2]));
    expect(await fetchJson(`${app.url}/readyz`)).toEqual({ status: 'ready', failing: [] });
    const metrics = await (await fetch(`${app.url}/metrics`)).text();
    expect(metrics).toContain('lockstep_worker_up{worker="1"} 1');
    expect(metrics).toContain('lockstep_worker_up{worker="2"} 1');
    expect(metrics).toMatch(/^process_resident_memory_bytes\{worker="1"\} \d+$/m);
    expect(metrics).toMatch(/^process_resident_memory_bytes\{worker="2"\} \d+$/m);
  });

  it('starts a worker again that was killed, while the other one serves', async () => {
    const app = await startReady(2);
    const before = await workersOf(app, 2);
    process.kill(before.get(1)!.pid, 'SIGKILL');
    const answers = await Promise.all(Array.from({ length: 20 }, () => fetchJson<Answer>(`${app.url}/classes`)));
    expect(answers).toHaveLength(20);
    await vi.waitFor(async () => {
      const metrics = await (await fetch(`${app.url}/metrics`)).text();
      expect(metrics).toContain('lockstep_worker_restarts{worker="1"} 1');
      expect(metrics).toContain('lockstep_worker_up{worker="1"} 1');
    }, 15_000);
    expect((await workersOf(app, 2)).get(1)!.pid).not.toBe(before.get(1)!.pid);
  });

  it('stays ready while a worker does not answer, and names it', async () => {
    const app = await startReady(2);
    const { pid } = (await workersOf(app, 2)).get(2)!;
    process.kill(pid, 'SIGSTOP');
    try {
      await vi.waitFor(async () => {
        const response = await fetch(`${app.url}/readyz`, { signal: AbortSignal.timeout(3000) });
        expect(response.status).toBe(200);
        expect(await response.json()).toMatchObject({ status: 'ready', failing: [{ name: 'worker 2' }] });
      }, 20_000);
    } finally {
      process.kill(pid, 'SIGCONT');
    }
  });

  it('gives every worker a new version, and those that start later', async () => {
    const app = await startReady(2);
    await writeFile(app.config, topologyWith(app, 'next:'));
    await vi.waitFor(async () => {
      const workers = await workersOf(app, 2);
      for (const { classes } of workers.values()) expect(classes).toContain('next:');
    }, 15_000);
    process.kill((await workersOf(app, 2)).get(1)!.pid, 'SIGKILL');
    await vi.waitFor(() => expect(app.logs().filter((line) => line['msg'] === 'ready')).toHaveLength(4), 15_000);
    expect((await workersOf(app, 2)).get(1)!.classes).toContain('next:');
  });

  it('gives a worker the version that came while it started', async () => {
    const gate = join(await mkdtemp(join(tmpdir(), 'lockstep-gate-')), 'shut');
    onTestFinished(() => rm(dirname(gate), { recursive: true }));
    const app = await startReady(2, { FIXTURE_GATE: gate });
    const { pid } = (await workersOf(app, 2)).get(1)!;
    await writeFile(`${gate}1`, '');
    process.kill(pid, 'SIGKILL');
    const starts = (): unknown[] => app.logs().filter((line) => line['msg'] === 'starting' && line['worker'] === 1);
    await vi.waitFor(() => expect(starts()).toHaveLength(2), 15_000);
    await writeFile(app.config, topologyWith(app, 'next:'));
    await app.logged('topology reloaded');
    await rm(`${gate}1`);
    await vi.waitFor(async () => expect((await workersOf(app, 2)).get(1)!.classes).toContain('next:'), 15_000);
  });

  it('never hands a refused version to a worker, not even to one that starts', async () => {
    const app = await startReady(2);
    await writeFile(app.config, topologyWith(app, 'refused:'));
    expect(await app.logged('the new topology is refused; the one in use stays')).toMatchObject({
      problems: ['the app refuses this version'],
    });
    process.kill((await workersOf(app, 2)).get(1)!.pid, 'SIGKILL');
    await vi.waitFor(() => expect(app.logs().filter((line) => line['msg'] === 'ready')).toHaveLength(4), 15_000);
    expect((await workersOf(app, 2)).get(1)!.classes).toEqual(['user:', 'user:tmp:']);
  });

  it('gives up when workers crash too often, with exit code 1', async () => {
    const app = await startReady(2);
    const crash = async (): Promise<void> => {
      await fetch(`${app.url}/exit`, { headers: { connection: 'close' } }).catch(() => undefined);
      expect(app.child.exitCode).not.toBeNull();
    };
    await vi.waitFor(crash, { timeout: 60_000, interval: 20 });
    expect(await app.ended).toMatchObject({ code: 1 });
    expect(app.logs().some((line) => line['msg'] === 'workers crash too often')).toBe(true);
  }, 90_000);

  it('ends with one line and exit code 1 when its address is in use', async () => {
    const first = await startReady(2);
    const second = await fixtures.run(['--config', first.config, '--region', 'east'], { FIXTURE_WORKERS: '2' }).ended;
    expect(second).toMatchObject({
      code: 1,
      stderr: `127.0.0.1:${portOf(first)} is already in use; stop what listens there or change the address in ${first.config}\n`,
    });
  });

  it.each(['SIGTERM', 'SIGINT'] as const)('answers what is under way after %s and exits with 0', async (signal) => {
    const app = await startReady(2);
    const agent = new Agent();
    const slow = get(`${app.url}/slow`, { agent });
    await app.logged('slow request began');
    app.child.kill(signal);
    const [response] = await once(slow, 'response');
    expect(response.statusCode).toBe(200);
    response.resume();
    expect(await app.ended).toMatchObject({ code: 0, stderr: '' });
  });

  it('drains when its primary is killed', async () => {
    const app = await startReady(2);
    const workers = await workersOf(app, 2);
    app.child.kill('SIGKILL');
    await vi.waitFor(() => {
      expect(app.logs().filter((line) => line['msg'] === 'stopped')).toHaveLength(2);
      for (const { pid } of workers.values()) expect(() => process.kill(pid, 0)).toThrow('ESRCH');
    }, 15_000);
  });
});
