import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

import { withDeadline } from '@lockstep/core';

import type { BenchCase, Contestant, Params } from './bench-case.ts';
import { cores, pinnedCommand } from './pinning.ts';
import type { OpenContestant } from './run-case.ts';

/** What the parent asks of a contestant's process, one thing at a time. */
export type ProcessRequest =
  | { readonly kind: 'run'; readonly contestant: string; readonly durationMs: number }
  | { readonly kind: 'close' };

/** What the process answers. */
export type ProcessAnswer =
  | { readonly kind: 'ready' }
  | { readonly kind: 'measured'; readonly value: number }
  | { readonly kind: 'failed'; readonly message: string };

const builtWorker = fileURLToPath(new URL('../worker.js', import.meta.url));
/** Opening, and what a run takes beyond its duration: generous, since only a hang may exceed it. */
const patienceMs = 60_000;

/**
 * How the contestants of a case are opened: each in a process of its own, so that its memory, its garbage and what the
 * compiler learned from it stay away from the others; or all in one, where the case says so.
 */
export function contestantOpener(
  benchCase: BenchCase,
  params: Params,
  workerFile: string = builtWorker,
): (contestant: Contestant) => Promise<OpenContestant> {
  const all = [benchCase.subject, ...benchCase.peers];
  let shared: Promise<readonly OpenContestant[]> | undefined;
  return async (contestant) => {
    if (benchCase.shareProcess !== true) {
      return (await openContestantProcess(benchCase, [contestant], params, workerFile))[0]!;
    }
    shared ??= openContestantProcess(benchCase, all, params, workerFile);
    return (await shared)[all.indexOf(contestant)]!;
  };
}

/**
 * Starts a process with one contestant or more. It ends when the last of them is disposed of.
 *
 * @throws Error with the message of the contestant that cannot open.
 */
export async function openContestantProcess(
  benchCase: BenchCase,
  contestants: readonly Contestant[],
  params: Params,
  workerFile: string = builtWorker,
): Promise<OpenContestant[]> {
  const names = contestants.map(({ name }) => name);
  const args = [workerFile, benchCase.bench, benchCase.case, JSON.stringify(names), JSON.stringify(params)];
  const [command, commandArgs] = pinnedCommand(cores.contestants, process.execPath, args);
  // Stdout belongs to the table; what a contestant prints goes to stderr.
  const child = spawn(command, commandArgs, { stdio: ['ignore', 2, 2, 'ipc'] });
  const label = `${names.join(', ')} in ${benchCase.bench}, ${benchCase.case}`;
  const ended = once(child, 'exit');
  try {
    await nextAnswer(child, label, patienceMs);
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  }

  let open = names.length;
  return names.map((contestant) => ({
    async run(durationMs) {
      const answer = nextAnswer(child, label, patienceMs + 10 * durationMs);
      child.send({ kind: 'run', contestant, durationMs } satisfies ProcessRequest);
      const measured = await answer;
      if (measured.kind !== 'measured') throw new Error(`${label}: answered ${measured.kind}`);
      return measured.value;
    },
    async [Symbol.asyncDispose]() {
      open -= 1;
      if (open > 0) return;
      if (child.connected) child.send({ kind: 'close' } satisfies ProcessRequest);
      const tooLate = setTimeout(() => child.kill('SIGKILL'), patienceMs);
      await ended;
      clearTimeout(tooLate);
    },
  }));
}

/** The next answer of the process; rejects when it fails, ends or stays silent. */
function nextAnswer(child: ChildProcess, label: string, ms: number): Promise<ProcessAnswer> {
  const settled = new AbortController();
  const { signal } = settled;
  const message = once(child, 'message', { signal }).then(([answer]: ProcessAnswer[]) => {
    if (answer === undefined) throw new Error(`${label}: an empty answer`);
    if (answer.kind === 'failed') throw new Error(`${label}: ${answer.message}`);
    return answer;
  });
  const exit = once(child, 'exit', { signal }).then(([code]: unknown[]) => {
    throw new Error(`${label}: the process ended with code ${String(code)}`);
  });
  // Whichever of the two loses ends with the abort below; it has been answered by the other.
  exit.catch(() => {});
  message.catch(() => {});
  return withDeadline(Promise.race([message, exit]), {
    ms,
    onTimeout: () => new Error(`${label}: no answer within ${ms} ms`),
  }).finally(() => settled.abort());
}
