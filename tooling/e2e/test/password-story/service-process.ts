import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

import { type FaultProxy, startFaultProxy } from '@lockstep/testing';

import type { Judge } from './judge.ts';
import type { StoryRegion } from './story-region.ts';

/** What every service is told. */
export interface ServiceSettings {
  readonly maxStalenessMs: number;
  readonly databasePort: number;
  /** All users, of all regions. */
  readonly users: readonly string[];
}

/** A service of the story, and the network between it and the Redis of its region. */
export interface ServiceProcess extends AsyncDisposable {
  readonly name: string;
  readonly region: StoryRegion;
  readonly child: ChildProcess;
  readonly network: FaultProxy;
  /**
   * Has it do something; see `service.mjs`.
   *
   * @throws what that threw, or that the process has ended.
   */
  ask(command: string, words?: object): Promise<unknown>;
}

type ServiceMessage =
  | { kind: 'ready' }
  | { kind: 'failed'; text: string }
  | { kind: 'accepted'; tokens: { user: string; version: number; lastBeganAt: number }[] }
  | { kind: 'answer'; id: number; value?: unknown; error?: string };

/** Who hears what services say. */
export interface ServiceListeners {
  readonly judge: Judge;
  readonly onFailure: (text: string) => void;
}

/** Starts a service and resolves when it hears the log of its region. */
export async function startService(
  name: string,
  region: StoryRegion,
  settings: ServiceSettings,
  { judge, onFailure }: ServiceListeners,
): Promise<ServiceProcess> {
  const network = await startFaultProxy({ to: region.redis });
  const words = { ...settings, region: region.name, redisPort: network.port, proxyUrl: region.proxyUrl };
  const script = fileURLToPath(new URL('service.mjs', import.meta.url));
  const child = fork(script, [JSON.stringify(words)], { execArgv: [] });
  const gone = once(child, 'exit');
  const questions = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>();
  let asked = 0;
  let isGone = false;
  const ready = new Promise<void>((resolve) => {
    child.on('message', (message: ServiceMessage) => {
      switch (message.kind) {
        case 'ready':
          resolve();
          return;
        case 'failed':
          onFailure(`${name}: ${message.text}`);
          return;
        case 'accepted':
          for (const token of message.tokens) judge.accept({ ...token, region: region.name, service: name });
          return;
        case 'answer': {
          const question = questions.get(message.id);
          questions.delete(message.id);
          if (message.error === undefined) question?.resolve(message.value);
          else question?.reject(new Error(`${name}: ${message.error}`));
        }
      }
    });
  });
  child.once('exit', () => {
    isGone = true;
    for (const { reject } of questions.values()) reject(new Error(`${name} has ended`));
    questions.clear();
  });
  await Promise.race([ready, gone]);
  return {
    name,
    region,
    child,
    network,
    ask: (command, details = {}) =>
      new Promise((resolve, reject) => {
        if (isGone) {
          reject(new Error(`${name} has ended`));
          return;
        }
        questions.set(++asked, { resolve, reject });
        // A process that has just been killed cannot be sent anything; its end answers.
        child.send({ id: asked, command, ...details }, () => undefined);
      }),
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await gone;
      await network.close();
    },
  };
}
