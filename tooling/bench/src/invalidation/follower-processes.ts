import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

import { withDeadline } from '@lockstep/core';

import { cores, pinProcesses } from '../harness/pinning.ts';

/** What the parent asks: to begin anew with other keys, how many of them were heard, or when each of them was. */
export type FollowersRequest =
  | { readonly kind: 'begin'; readonly keys: readonly string[] }
  | { readonly kind: 'count' }
  | { readonly kind: 'collect' };

/** What the process answers. */
export type FollowersAnswer =
  | { readonly kind: 'ready' }
  | { readonly kind: 'count'; readonly heard: number }
  | { readonly kind: 'heard'; readonly heard: readonly Heard[] };

/** A key, and when a follower heard of it on the clock of the machine, in milliseconds. */
export type Heard = readonly [key: string, at: number];

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
  /** Begins anew: only these keys count from now on. Whoever keeps values holds them when this resolves. */
  begin(keys: readonly string[]): Promise<void>;
  /**
   * Waits until every follower has heard of every key.
   *
   * @param sentAt - when each was published, on the clock of the machine.
   * @returns how long each took from publish to heard, in milliseconds.
   * @throws Error when they have not all been heard half a minute later.
   */
  collect(sentAt: ReadonlyMap<string, number>): Promise<number[]>;
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
    const answers = await Promise.all(children.map((child) => ask(child, { kind: 'count' })));
    return answers.reduce((sum, answer) => sum + (answer.kind === 'count' ? answer.heard : 0), 0);
  }

  try {
    await Promise.all(children.map((child) => nextAnswer(child)));
  } catch (error) {
    await close();
    throw error;
  }
  return {
    async begin(keys) {
      await Promise.all(children.map((child) => ask(child, { kind: 'begin', keys })));
    },
    async collect(sentAt) {
      const expected = sentAt.size * followers;
      const deadline = performance.now() + patienceMs;
      for (let heard = await heardByAll(); heard < expected; heard = await heardByAll()) {
        if (performance.now() > deadline) throw new Error(`${delivery}: ${heard} of ${expected} were heard`);
        await pause(5);
      }
      const answers = await Promise.all(children.map((child) => ask(child, { kind: 'collect' })));
      const heard = answers.flatMap((answer) => (answer.kind === 'heard' ? answer.heard : []));
      return heard.map(([key, at]) => at - sentAt.get(key)!);
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
