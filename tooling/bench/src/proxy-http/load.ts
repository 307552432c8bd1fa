import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

import { cores, pinnedCommand } from '../harness/pinning.ts';

/** Whether the load generator is there. */
export const hasWrk: boolean = spawnSync('wrk', ['--version'], { stdio: 'ignore' }).error === undefined;

/** In less, wrk may not have got one answer on a busy machine. */
const leastRunMs = 300;

/** What came of a run. */
export interface LoadReport {
  readonly requests: number;
  readonly microseconds: number;
  /** Of answers, with their heads. */
  readonly bytes: number;
  /** Answers above 399. */
  readonly refused: number;
  /** Connections that failed, and answers that did not come. */
  readonly broken: number;
}

/** Clients that do nothing but send and count. */
export interface Load extends AsyncDisposable {
  /** Works for about that long, and for 300 ms at least. */
  run(durationMs: number): Promise<LoadReport>;
}

/** What the clients do. */
export interface LoadOptions {
  readonly port: number;
  readonly connections: number;
  readonly script: string;
  /** Below it an answer is not what was asked for. */
  readonly leastBytesPerAnswer: number;
}

/** wrk on the core of the servers, with one thread. */
export async function openLoad({ port, connections, script, leastBytesPerAnswer }: LoadOptions): Promise<Load> {
  if (!hasWrk) throw new Error('wrk is not installed, which the load comes from');
  const folder = await mkdtemp(join(tmpdir(), 'lockstep-bench-wrk-'));
  const file = join(folder, 'load.lua');
  await writeFile(file, script);
  return {
    async run(durationMs) {
      const args = ['-t1', `-c${connections}`, '-s', file, `http://127.0.0.1:${port}`];
      const report = JSON.parse(await runWrk(args, durationMs)) as LoadReport;
      const { requests, bytes, refused, broken } = report;
      if (refused + broken > 0) throw new Error(`${refused} answers were refusals, ${broken} were broken`);
      if (bytes < requests * leastBytesPerAnswer) throw new Error(`${requests} answers had only ${bytes} bytes`);
      return report;
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
  };
}

/**
 * The last line that it prints. wrk counts in whole seconds; when it is interrupted it reports what it has done until
 * then. It can be, as soon as it says that it runs: line by line, so that it is heard in time.
 */
async function runWrk(args: readonly string[], durationMs: number): Promise<string> {
  const patienceSeconds = Math.ceil(durationMs / 1000) + 10;
  const lineByLine = ['-oL', 'wrk', `-d${patienceSeconds}s`, ...args];
  const [program, programArgs] = pinnedCommand(cores.servers, 'stdbuf', lineByLine);
  const child = spawn(program, programArgs, { stdio: ['ignore', 'pipe', 2] });
  let isOver: NodeJS.Timeout | undefined;
  child.stdout!.once('data', () => {
    isOver = setTimeout(() => child.kill('SIGINT'), Math.max(leastRunMs, durationMs));
  });
  try {
    const [output, [code]] = await Promise.all([text(child.stdout!), once(child, 'exit') as Promise<unknown[]>]);
    if (code !== 0) throw new Error(`wrk ended with code ${String(code)}: ${output}`);
    return output.trim().split('\n').at(-1)!;
  } finally {
    clearTimeout(isOver);
  }
}
