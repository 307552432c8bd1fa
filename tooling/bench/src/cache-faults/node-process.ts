import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

import { withDeadline } from '@lockstep/core';

import type { NodeAnswer, NodeCalls, NodeRequest, NodeSettings } from './fleet-messages.ts';

const script = fileURLToPath(new URL('fleet-node-server.js', import.meta.url));
/** Only a hang exceeds it. */
const patienceMs = 120_000;
const maxComplaint = 2000;

/** A process of the fleet. */
export interface NodeProcess extends AsyncDisposable {
  readonly calls: NodeCalls;
}

/**
 * Starts a process of the fleet and waits until its cache is open.
 *
 * @throws Error when it ends before.
 */
export async function startNodeProcess(settings: NodeSettings): Promise<NodeProcess> {
  const child = spawn(process.execPath, [script, JSON.stringify(settings)], {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  // Libraries complain at length about connections that break here on purpose: only the end matters, if it ends.
  let complaints = '';
  child.stderr!.setEncoding('utf8').on('data', (text: string) => {
    complaints = (complaints + text).slice(-maxComplaint);
  });
  const waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  let lastId = 0;

  child.on('message', ({ id, value, error }: NodeAnswer) => {
    const waiter = waiting.get(id);
    waiting.delete(id);
    if (error === undefined) waiter?.resolve(value);
    else waiter?.reject(new Error(`${settings.library}: ${error}`));
  });
  const ended = once(child, 'exit');
  child.once('exit', (code) => {
    for (const waiter of waiting.values()) {
      waiter.reject(new Error(`${settings.library}: the process ended with code ${String(code)}: ${complaints}`));
    }
  });

  function answerTo(id: number): Promise<unknown> {
    const answer = new Promise((resolve, reject) => {
      waiting.set(id, { resolve, reject });
    });
    const onTimeout = (): Error => new Error(`${settings.library}: no answer within ${patienceMs} ms`);
    return withDeadline(answer, { ms: patienceMs, onTimeout });
  }

  function ask<Value>(call: keyof NodeCalls, ...args: readonly unknown[]): Promise<Value> {
    lastId += 1;
    const answer = answerTo(lastId);
    child.send({ id: lastId, call, args } satisfies NodeRequest);
    return answer as Promise<Value>;
  }

  async function close(): Promise<void> {
    child.kill('SIGKILL');
    await ended;
  }

  try {
    await answerTo(0);
  } catch (error) {
    await close();
    throw error;
  }
  const calls: NodeCalls = {
    readAll: (keys) => ask('readAll', keys),
    startReading: (keys, ratePerSecond) => ask('startReading', keys, ratePerSecond),
    stopReading: () => ask('stopReading'),
    change: (keys, overMs) => ask('change', keys, overMs),
    play: (plan, startAt) => ask('play', plan, startAt),
    crowd: (key, gets, loadMs) => ask('crowd', key, gets, loadMs),
    invalidate: (keys, ratePerSecond) => ask('invalidate', keys, ratePerSecond),
    takeLoads: () => ask('takeLoads'),
  };
  return { calls, [Symbol.asyncDispose]: close };
}
