import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

import { withDeadline } from '@lockstep/core';

import { cores, pinProcesses } from '../harness/pinning.ts';

/** What the parent asks: how many keys were heard since the last collection, or all that was heard, to begin anew. */
export type FollowersRequest = 'heard' | 'collect';

/** What the process answers. */
export type FollowersAnswer =
  | { readonly kind: 'ready' }
  | { readonly kind: 'heard'; readonly heard: number }
  | { readonly kind: 'latencies'; readonly latencies: readonly number[] };

/** Whom to start. */
export interface FollowersOptions {
  readonly delivery: string;
  readonly redisUrl: string;
  /** In all; they are spread over the processes. */
  readonly followers: number;
  readonly heartbeatMs: number;
}

/** Followers in processes of their own. */
export interface FollowerProcesses extends AsyncDisposable {
  /**
   * Waits until every follower has heard `published` keys, and begins anew.
   *
   * @returns how long each took from publish to heard, in milliseconds.
   * @throws Error when they have not all been heard half a minute later.
   */
  collect(published: number): Promise<number[]>;
}

const processes = 4;
const script = fileURLToPath(new URL('followers-server.js', import.meta.url));
const patienceMs = 30_000;

/**
 * Starts up to four processes, as a small fleet would have. They take turns on both cores: all on that of whoever tells
 * them would wait for him and for each other, which says little of a delivery.
 */
export async function startFollowers(options: FollowersOptions): Promise<FollowerProcesses> {
  const { delivery, redisUrl, followers, heartbeatMs } = options;
  const children: ChildProcess[] = [];
  for (let index = 0; index < Math.min(processes, followers); index += 1) {
    const share = Math.floor((followers + index) / Math.min(processes, followers));
    const args = [script, delivery, redisUrl, String(share), String(heartbeatMs)];
    children.push(spawn(process.execPath, args, { stdio: ['ignore', 2, 2, 'ipc'] }));
  }
  const places = [cores.servers, cores.contestants];
  await Promise.all(children.map(({ pid }, index) => pinProcesses(places[index % 2]!, pid === undefined ? [] : [pid])));

  async function close(): Promise<void> {
    await Promise.all(
      children.map(async (child) => {
        if (child.exitCode !== null || child.signalCode !== null) return;
        const ended = once(child, 'exit');
        child.kill('SIGKILL');
        await ended;
      }),
    );
  }

  async function heardByAll(): Promise<number> {
    const answers = await Promise.all(children.map((child) => ask(child, 'heard')));
    return answers.reduce((sum, answer) => sum + (answer.kind === 'heard' ? answer.heard : 0), 0);
  }

  try {
    await Promise.all(children.map((child) => nextAnswer(child)));
  } catch (error) {
    await close();
    throw error;
  }
  return {
    async collect(published) {
      const expected = published * followers;
      const deadline = performance.now() + patienceMs;
      for (let heard = await heardByAll(); heard < expected; heard = await heardByAll()) {
        if (performance.now() > deadline) throw new Error(`${delivery}: ${heard} of ${expected} were heard`);
        await pause(5);
      }
      const answers = await Promise.all(children.map((child) => ask(child, 'collect')));
      return answers.flatMap((answer) => (answer.kind === 'latencies' ? answer.latencies : []));
    },
    [Symbol.asyncDispose]: close,
  };
}

async function ask(child: ChildProcess, request: FollowersRequest): Promise<FollowersAnswer> {
  const answer = nextAnswer(child);
  child.send(request);
  return answer;
}

async function nextAnswer(child: ChildProcess): Promise<FollowersAnswer> {
  const settled = new AbortController();
  const { signal } = settled;
  const message = once(child, 'message', { signal }).then(([answer]: FollowersAnswer[]) => answer!);
  const exit = once(child, 'exit', { signal }).then(([code]: unknown[]) => {
    throw new Error(`a process of followers ended with code ${String(code)}`);
  });
  // The one that loses ends with the abort below.
  exit.catch(() => {});
  message.catch(() => {});
  return withDeadline(Promise.race([message, exit]), {
    ms: patienceMs,
    onTimeout: () => new Error(`a process of followers did not answer within ${patienceMs} ms`),
  }).finally(() => settled.abort());
}
