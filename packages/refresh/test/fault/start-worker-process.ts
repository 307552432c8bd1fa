import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

import { quick } from './fault-lab.ts';

/** The steps of a refresh at which a worker can stop, in their order. */
export const STEPS = ['begun', 'answered', 'loaded', 'stored', 'settled', 'dropped'] as const;

/** One worker of a process: under names of its own, and stopping at one step. */
export interface StoppingWorker {
  readonly name: string;
  readonly step: (typeof STEPS)[number];
  readonly single?: boolean;
}

interface Heard {
  readonly name: string;
  readonly kind: 'ready' | 'at' | 'load' | 'wrote';
  readonly outcome?: string;
}

/** A process of workers that stop, and what they said. */
export interface WorkerProcess extends Disposable {
  readonly child: ChildProcess;
  kinds(name: string): Heard['kind'][];
  /** What the store said to the writes of one. */
  outcomes(name: string): string[];
  /** Has one that stopped go on. */
  goOn(name: string): void;
}

/** Starts one with the bounds `quick`. `nextCall` is asked what the source has, for the worker of this name. */
export function startWorkerProcess(
  port: number,
  workers: readonly StoppingWorker[],
  nextCall: (name: string) => number,
): WorkerProcess {
  const script = fileURLToPath(new URL('worker-process.mjs', import.meta.url));
  const child: ChildProcess = fork(script, [JSON.stringify({ port, workers, quick })], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const heard: Heard[] = [];
  child.on('message', (message: Heard) => {
    heard.push(message);
    if (message.kind === 'load') child.send({ name: message.name, call: nextCall(message.name) });
  });
  const of = (name: string): Heard[] => heard.filter((message) => message.name === name);
  return {
    child,
    kinds: (name) => of(name).map(({ kind }) => kind),
    outcomes: (name) => of(name).flatMap(({ outcome }) => outcome ?? []),
    goOn: (name) => void child.send({ name, call: -1 }),
    [Symbol.dispose]: () => void child.kill('SIGKILL'),
  };
}
