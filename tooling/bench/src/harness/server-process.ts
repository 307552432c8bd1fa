import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';

import { sleep } from '@lockstep/core';

import { cores, pinnedCommand } from './pinning.ts';

/** A server that is measured from outside, on the core for contestants unless told otherwise. */
export interface ServerProcess extends AsyncDisposable {
  readonly pid: number;
  readonly port: number;
}

/** What to start. */
export interface ServerCommand {
  readonly program: string;
  readonly args: readonly string[];
  /** Where it will listen, on loopback. */
  readonly port: number;
  /** Whether it may run on every core. @default false */
  readonly isFree?: boolean;
  /** Variables besides those of this process. */
  readonly environment?: Readonly<Record<string, string>>;
}

const startMs = 15_000;
const stopMs = 5000;
/** Linux ends the server when whoever started it dies, however that happened. */
const dieWithParent = ['--pdeathsig', 'KILL', '--'];
const canDieWithParent = spawnSync('setpriv', [...dieWithParent, 'true'], { stdio: 'ignore' }).status === 0;

/**
 * Starts a server, and resolves when it accepts connections.
 *
 * @throws Error when it is not there, ends or does not listen in time.
 */
export async function startServerProcess(command: ServerCommand): Promise<ServerProcess> {
  const { program, args, port, environment, isFree = false } = command;
  const [pinned, pinnedArgs] = isFree ? [program, args] : pinnedCommand(cores.contestants, program, args);
  const [file, fileArgs] = canDieWithParent
    ? ['setpriv', [...dieWithParent, pinned, ...pinnedArgs]]
    : [pinned, pinnedArgs];
  // Stdout belongs to the table.
  const child = spawn(file, fileArgs, { stdio: ['ignore', 2, 2], env: { ...process.env, ...environment } });
  await once(child, 'spawn');
  try {
    await untilListening(child, program, port);
  } catch (error) {
    await stop(child);
    throw error;
  }
  return { pid: child.pid!, port, [Symbol.asyncDispose]: () => stop(child) };
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

async function untilListening(child: ChildProcess, program: string, port: number): Promise<void> {
  const endsAt = performance.now() + startMs;
  while (!(await accepts(port))) {
    if (hasEnded(child)) throw new Error(`${program} ended with code ${String(child.exitCode)} before it listened`);
    if (performance.now() > endsAt) throw new Error(`${program} does not listen on port ${port} after ${startMs} ms`);
    await sleep(20);
  }
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const answer = (isListening: boolean): void => {
      socket.destroy();
      resolve(isListening);
    };
    socket.once('connect', () => answer(true));
    socket.once('error', () => answer(false));
  });
}

async function stop(child: ChildProcess): Promise<void> {
  if (hasEnded(child)) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  const tooLate = setTimeout(() => child.kill('SIGKILL'), stopMs);
  await ended;
  clearTimeout(tooLate);
}
