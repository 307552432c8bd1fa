import type { AppProcess } from './app-process.ts';
import { host } from './layout.ts';

/** The queue of the playground. */
export const queueName = 'orders';

/** What a consumer says of the queue. */
export interface QueueState {
  /** Who leads, where somebody does. */
  readonly leader: { readonly pid: number; readonly term: number } | undefined;
  /** Messages that are not done; undefined where nobody knows. */
  readonly waiting: number | undefined;
}

interface Answer {
  readonly queues: readonly {
    readonly leader?: { readonly id: string; readonly term: number };
    readonly waiting?: number;
  }[];
}

/** Asks the consumers of a region one after the other; undefined when none of them answers. */
export async function askQueue(ports: readonly number[]): Promise<QueueState | undefined> {
  for (const port of ports) {
    try {
      const response = await fetch(`http://${host}:${port}/v1/queues`, { signal: AbortSignal.timeout(1000) });
      if (!response.ok) continue;
      const [queue] = ((await response.json()) as Answer).queues;
      const leader = queue?.leader;
      // A consumer calls itself by its machine and its process id.
      const pid = leader === undefined ? Number.NaN : Number(leader.id.slice(leader.id.lastIndexOf(':') + 1));
      return { leader: leader === undefined ? undefined : { pid, term: leader.term }, waiting: queue?.waiting };
    } catch {
      // It is starting, or was killed a moment ago; another one may know.
    }
  }
  return undefined;
}

/** The consumer that leads, where one of these does. */
export async function leaderOf(
  consumers: readonly AppProcess[],
): Promise<{ app: AppProcess; term: number } | undefined> {
  const state = await askQueue(consumers.map(({ probePort }) => probePort));
  const app = consumers.find(({ pid }) => pid === state?.leader?.pid);
  return app === undefined ? undefined : { app, term: state!.leader!.term };
}
