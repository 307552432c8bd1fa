import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';

import { vi } from 'vitest';

const main = fileURLToPath(new URL('../../../apps/playground/dist/main.js', import.meta.url));
const startMs = 110_000;
const runMs = 100_000;

/** Where a user of one region points his clients, as the playground printed it. */
export interface RegionAddresses {
  readonly name: string;
  readonly memcached: string;
  readonly http: string;
}

/** The main job as a user runs it: a process of its own, known only by what it prints. */
export interface Playground extends AsyncDisposable {
  readonly child: ChildProcess;
  readonly regions: readonly RegionAddresses[];
  readonly topologyPath: string;
  output(): string;
}

/** A finished run of the playground. */
export interface FinishedRun {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The first port of a block that is free, and that tests running beside this one will hardly choose too. */
export async function freeBasePort(): Promise<number> {
  for (;;) {
    const base = 10_000 + 50 * randomInt(0, 90);
    const probes = Array.from({ length: 40 }, (_, offset) => isFree(base + offset));
    if ((await Promise.all(probes)).every(Boolean)) return base;
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer().once('error', () => resolve(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
  });
}

/** Starts the playground and resolves when it has printed where everything is. */
export async function startPlayground(args: readonly string[] = []): Promise<Playground> {
  const { child, output } = run(['--ports', String(await freeBasePort()), ...args]);
  const stop = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGINT');
    await once(child, 'exit');
  };
  try {
    await vi.waitFor(
      () => {
        if (child.exitCode !== null) throw new Error(`the playground ended with ${child.exitCode}: ${output.all()}`);
        if (!output.all().includes('Ctrl-C stops everything.')) throw new Error(`not started yet: ${output.all()}`);
      },
      { timeout: startMs, interval: 50 },
    );
  } catch (error) {
    await stop();
    throw error;
  }
  const text = output.all();
  return {
    child,
    output: output.all,
    topologyPath: /^topology\s+(\S+)$/m.exec(text)?.[1] ?? '',
    regions: [...text.matchAll(/^ {2}(\w+)\s+memcached clients: (\S+)\s+curl: (\S+)$/gm)].map(
      ([, name = '', memcached = '', http = '']) => ({ name, memcached, http }),
    ),
    [Symbol.asyncDispose]: stop,
  };
}

/**
 * Runs the playground until it ends by itself, or by force when that takes too long. It is
 * interrupted, as by Ctrl-C, when it has printed `interruptAfter`.
 */
export async function runPlayground(args: readonly string[], interruptAfter?: string): Promise<FinishedRun> {
  const { child, output } = run(args);
  child.stdout?.on('data', () => {
    if (interruptAfter !== undefined && output.stdout().includes(interruptAfter)) child.kill('SIGINT');
  });
  const force = setTimeout(() => child.kill('SIGKILL'), runMs);
  const [code] = (await once(child, 'close')) as [number | null];
  clearTimeout(force);
  return { code, stdout: output.stdout(), stderr: output.stderr() };
}

function run(args: readonly string[]): {
  child: ChildProcess;
  output: { all: () => string; stdout: () => string; stderr: () => string };
} {
  const child = spawn(process.execPath, [main, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  return { child, output: { all: () => stdout + stderr, stdout: () => stdout, stderr: () => stderr } };
}
