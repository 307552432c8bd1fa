import cluster from 'node:cluster';

import { type FleetPart, fromPrimary, type PrimaryMessage, seal, type WorkerMessage } from './messages.ts';
import { Questions } from './questions.ts';

/** The workers of one service as one of them sees them. */
export interface Fleet {
  /** Number of this worker, from 1. */
  readonly slot: number;
  /** Says how this worker answers a question. */
  answer(what: string, read: () => unknown): void;
  /** Asks every worker, this one too, by way of the primary. Resolves with what there is after two seconds. */
  collect(what: string): Promise<readonly FleetPart[]>;
}

/** What a worker hears from its primary besides questions. */
export interface WorkerLink extends Fleet {
  /** The topology to start with. */
  readonly source: string;
  readonly text: string;
  /** Says that the worker serves. */
  ready(addresses: Readonly<Record<string, string>>): void;
  /** Hears of new versions of the topology, which the primary has checked; at once of the last one that came before. */
  onTopology(listener: (text: string) => void): void;
}

/** The primary gives up on a worker sooner, so that the rest of an answer is not lost. */
const collectDeadlineMs = 2000;

/** Whether this process is a worker of a primary of `runApp`. */
export function isWorker(): boolean {
  return cluster.isWorker;
}

/** Reports to the primary and waits for the topology. `stop` is called when the primary says so. */
export async function connectToPrimary(stop: (reason: string) => void): Promise<WorkerLink> {
  const answers = new Map<string, () => unknown>();
  const questions = new Questions<readonly FleetPart[]>({ deadlineMs: collectDeadlineMs });
  let topologyChanged: ((text: string) => void) | undefined;
  /** The newest version that came while nobody listened. */
  let missed: string | undefined;
  // Else Node ends a worker at once when its primary is gone; ours drains first.
  if (cluster.worker !== undefined) cluster.worker.exitedAfterDisconnect = true;
  const tell = (message: WorkerMessage): void => {
    // The primary may be gone; the end of the channel is heard elsewhere.
    if (process.connected) process.send?.(seal(message), undefined, {}, () => undefined);
  };
  const reply = async (id: number, what: string): Promise<void> => {
    let value: unknown;
    try {
      value = await answers.get(what)?.();
    } catch {
      // A worker that cannot say is a worker that does not answer.
    }
    tell({ kind: 'part', id, value });
  };
  const hearTopology = (version: string): void => {
    if (topologyChanged === undefined) missed = version;
    else topologyChanged(version);
  };
  const first = new Promise<Extract<PrimaryMessage, { kind: 'start' }>>((resolve) => {
    process.on('message', (envelope) => {
      const message = fromPrimary(envelope);
      if (message === undefined) return;
      if (message.kind === 'start') resolve(message);
      else if (message.kind === 'topology') hearTopology(message.text);
      else if (message.kind === 'stop') stop(message.reason);
      else if (message.kind === 'ask') void reply(message.id, message.what);
      else questions.take(message.id, 0, message.parts);
    });
  });
  tell({ kind: 'hello' });
  const { slot, source, text } = await first;
  return {
    slot,
    source,
    text,
    answer: (what, read) => void answers.set(what, read),
    async collect(what) {
      const parts = await questions.ask([0], (_, id) => tell({ kind: 'collect', id, what }));
      return parts.get(0) ?? [{ slot, restarts: 0, value: await answers.get(what)?.() }];
    },
    ready: (addresses) => tell({ kind: 'ready', addresses }),
    onTopology(listener) {
      topologyChanged = listener;
      const version = missed;
      missed = undefined;
      // One that came before the start is the same as, or older than, the one to start with.
      if (version !== undefined && version !== text) listener(version);
    },
  };
}
