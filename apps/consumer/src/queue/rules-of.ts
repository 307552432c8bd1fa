import type { ConsumerQueue } from '@lockstep/service-kit';

import type { DeliveryRules } from './delivery-rules.ts';

/** What a queue of the topology says, with the defaults filled in. */
export interface QueueRules extends DeliveryRules {
  readonly parallel: number;
  readonly window: number;
  readonly leaseMs: number;
  readonly deadLetters: { readonly stream: string; readonly max: number };
}

/** The rules of a queue. */
export function rulesOf(name: string, { sink, lanes, retry, poison, window, leaseMs }: ConsumerQueue): QueueRules {
  return {
    batch: sink.batch ?? 1,
    // Without lanes there is one.
    parallel: lanes === undefined ? 1 : (lanes.parallel ?? 8),
    window: window ?? 1000,
    leaseMs: leaseMs ?? 6000,
    retry: { minMs: retry?.minMs ?? 100, maxMs: retry?.maxMs ?? 30_000 },
    poison: { tries: poison?.tries ?? 5, action: poison?.action ?? 'bury' },
    deadLetters: { stream: poison?.stream ?? `${name}:dead`, max: poison?.max ?? 100_000 },
  };
}
