import { createHash } from 'node:crypto';

import { type Clock, describeError, sleep, systemClock, type Timer } from '@lockstep/core';

import { ServiceError } from '../service-error.ts';
import { parseTopology } from '../topology/parse-topology.ts';
import type { Topology } from '../topology/topology.ts';
import type { TopologySource } from './topology-source.ts';

/** What is done with what a source says. */
export interface WatchTopologyOptions {
  /**
   * Takes a new version that broke no rule, with the text that it was read from. While it is under
   * way no other version is looked at. When it rejects, the version is refused.
   */
  readonly onChange: (topology: Topology, text: string) => void | Promise<void>;
  /** Hears what is wrong with a version, or with the source, once for each version and each outage. */
  readonly onProblem: (problems: readonly string[], about: 'version' | 'source') => void;
  /** The text in use: the same one again is not a change. */
  readonly text: string;
  /** Ends the watch. */
  readonly signal?: AbortSignal | undefined;
  /** @default that of the source */
  readonly pollMs?: number;
  /** @default systemClock */
  readonly clock?: Clock;
}

/** A watch that runs until it is closed. */
export interface TopologyWatch extends AsyncDisposable {
  /** Ends it, after a version that is being taken. Does not close the source. Idempotent. */
  close(): Promise<void>;
}

const debounceMs = 20;
/** A file that never rests is believed after so many looks. */
const maxSettles = 40;

/**
 * Watches a source. A version with any problem is refused as a whole and the one in use stays; it is
 * looked at again when its text changes.
 */
export function watchTopology(source: TopologySource, options: WatchTopologyOptions): TopologyWatch {
  const { onChange, onProblem, clock = systemClock, pollMs = source.pollMs } = options;
  const closing = new AbortController();
  const signal = options.signal === undefined ? closing.signal : AbortSignal.any([options.signal, closing.signal]);
  let inUse = digestOf(options.text);
  let refused: string | undefined;
  let outage: string | undefined;
  let timer: Timer | undefined;
  let running: Promise<void> | undefined;
  let isHinted = false;

  async function look(): Promise<void> {
    let text = await source.read({ signal });
    outage = undefined;
    for (let turn = 0; text !== undefined && source.settleMs > 0 && turn < maxSettles; turn++) {
      await sleep(source.settleMs, { signal, clock });
      const next = await source.read({ signal });
      if (next === undefined) break;
      text = next;
    }
    if (text === undefined) return;
    const digest = digestOf(text);
    if (digest === inUse) refused = undefined;
    if (digest === inUse || digest === refused) return;
    try {
      await onChange(parseTopology(text, source.name), text);
      inUse = digest;
      refused = undefined;
    } catch (error) {
      refused = digest;
      onProblem(problemsOf(error), 'version');
    }
  }

  function run(): void {
    if (signal.aborted || running !== undefined) {
      isHinted = true;
      return;
    }
    isHinted = false;
    timer?.cancel();
    running = look()
      .catch((error: unknown) => {
        if (signal.aborted) return;
        const problems = problemsOf(error);
        if (outage !== problems.join()) onProblem(problems, 'source');
        outage = problems.join();
      })
      .finally(() => {
        running = undefined;
        schedule(isHinted ? debounceMs : pollMs);
      });
  }

  function schedule(delayMs: number): void {
    timer?.cancel();
    if (!signal.aborted) timer = clock.setTimer(run, delayMs);
  }

  const hint = (): void => {
    isHinted = true;
    if (running === undefined) schedule(debounceMs);
  };
  const stopNotifying = source.notify?.(hint);
  const stop = (): void => {
    timer?.cancel();
    stopNotifying?.();
  };
  if (signal.aborted) stop();
  else signal.addEventListener('abort', stop, { once: true });
  // It may have changed between the first read and this watch.
  schedule(debounceMs);
  const close = async (): Promise<void> => {
    closing.abort();
    await running;
  };
  return { close, [Symbol.asyncDispose]: close };
}

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('base64');
}

function problemsOf(error: unknown): readonly string[] {
  return error instanceof ServiceError ? error.problems : [describeError(error)];
}
