import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

import { withDeadline } from '@lockstep/core';

/** One time that a waiter had the lock. Times are ms on the clock that all processes of the machine share. */
export interface Turn {
  readonly waiter: string;
  readonly askedAt: number;
  readonly beganAt: number;
  /** Just before it was given back. */
  readonly endedAt: number;
}

/** What a process with waiters can be asked. */
export type LockRequest =
  /** Everybody asks for the lock from now on. */
  | 'start'
  /** Nobody asks any more. */
  | 'stop'
  /** Whoever has the lock gives it back. */
  | 'release'
  /** How many commands were sent so far? */
  | 'count';

/** What it says. */
export type LockAnswer =
  | { readonly kind: 'ready' }
  | { readonly kind: 'began'; readonly at: number }
  | { readonly kind: 'ended'; readonly at: number }
  | { readonly kind: 'stopped'; readonly turns: readonly Turn[]; readonly commands: number }
  | { readonly kind: 'counted'; readonly commands: number };

type AnswerOf<Kind extends LockAnswer['kind']> = Extract<LockAnswer, { readonly kind: Kind }>;

/** How the waiters of a process are. */
export interface LockProcessSettings {
  readonly library: string;
  readonly redisUrl: string;
  readonly ttlMs: number;
  readonly waiters: number;
  /** How long each has the lock, in ms; 0: until it is told to give it back. */
  readonly sectionMs: number;
}

/** A process with waiters. */
export interface LockProcess extends AsyncDisposable {
  tell(request: LockRequest): void;
  /** The next answer of a kind, if it comes in time. */
  next<Kind extends LockAnswer['kind']>(kind: Kind): Promise<AnswerOf<Kind>>;
  /** Kills it; resolves when it is gone. */
  kill(): Promise<void>;
}

const script = fileURLToPath(new URL('lock-process-server.js', import.meta.url));
const patienceMs = 30_000;

/** Starts a process and waits until its locks are open. */
export async function startLockProcess(
  settings: LockProcessSettings,
  onAnswer: (answer: LockAnswer) => void = () => {},
): Promise<LockProcess> {
  const child = spawn(process.execPath, [script, JSON.stringify(settings)], { stdio: ['ignore', 2, 2, 'ipc'] });
  child.on('message', onAnswer);
  const ended = once(child, 'exit');
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL');
    await ended;
  };
  const started: LockProcess = {
    tell: (request) => void child.send(request),
    next: (kind) => nextAnswer(child, settings.library, kind),
    kill,
    [Symbol.asyncDispose]: kill,
  };
  try {
    await started.next('ready');
    return started;
  } catch (error) {
    await kill();
    throw error;
  }
}

async function nextAnswer<Kind extends LockAnswer['kind']>(
  child: ChildProcess,
  library: string,
  kind: Kind,
): Promise<AnswerOf<Kind>> {
  const settled = new AbortController();
  const { signal } = settled;
  const answer = new Promise<AnswerOf<Kind>>((resolve, reject) => {
    const hear = (heard: LockAnswer): void => {
      if (heard.kind === kind) resolve(heard as AnswerOf<Kind>);
    };
    const fail = (): void => reject(new Error(`${library}: the process ended before it said ${kind}`));
    child.on('message', hear).once('exit', fail);
    signal.addEventListener('abort', () => child.off('message', hear).off('exit', fail));
  });
  const onTimeout = (): Error => new Error(`${library}: no ${kind} within ${patienceMs} ms`);
  return withDeadline(answer, { ms: patienceMs, onTimeout }).finally(() => settled.abort());
}
