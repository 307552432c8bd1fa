/** What a worker tells the primary. */
export type WorkerMessage =
  | { readonly kind: 'hello' }
  | { readonly kind: 'ready'; readonly addresses: Readonly<Record<string, string>> }
  | { readonly kind: 'collect'; readonly id: number; readonly what: string }
  | { readonly kind: 'part'; readonly id: number; readonly value: unknown };

/** What the primary tells a worker. */
export type PrimaryMessage =
  | { readonly kind: 'start'; readonly slot: number; readonly source: string; readonly text: string }
  | { readonly kind: 'topology'; readonly text: string }
  | { readonly kind: 'stop'; readonly reason: string }
  | { readonly kind: 'ask'; readonly id: number; readonly what: string }
  | { readonly kind: 'collected'; readonly id: number; readonly parts: readonly FleetPart[] };

/** What one worker says to a question. */
export interface FleetPart {
  /** 1 to the number of workers; a worker that takes the place of another has its number. */
  readonly slot: number;
  /** How often the worker of that number was started again. */
  readonly restarts: number;
  /** Undefined when it did not answer in time. */
  readonly value?: unknown;
}

/** The property that tells messages of this package from those of Node and of libraries. */
const mark = 'lockstepFleet';

/** Puts a message in an envelope. */
export function seal(message: WorkerMessage | PrimaryMessage): object {
  return { [mark]: message };
}

/** What a worker said, or undefined when the message is none of ours. */
export function fromWorker(envelope: unknown): WorkerMessage | undefined {
  return open(envelope) as WorkerMessage | undefined;
}

/** What the primary said, or undefined when the message is none of ours. */
export function fromPrimary(envelope: unknown): PrimaryMessage | undefined {
  return open(envelope) as PrimaryMessage | undefined;
}

function open(envelope: unknown): unknown {
  if (typeof envelope !== 'object' || envelope === null || !Object.hasOwn(envelope, mark)) return undefined;
  return (envelope as Record<string, unknown>)[mark];
}
