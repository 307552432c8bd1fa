import type { ShardPosition } from '../position.ts';

/** An entry as it is pushed. */
export interface PushedEntry {
  readonly at: ShardPosition;
  readonly body: string;
}

/** Reads `<epoch> <number> <body>`; undefined for anything else. */
export function parsePush(message: string): PushedEntry | undefined {
  const afterEpoch = message.indexOf(' ');
  const afterSequence = message.indexOf(' ', afterEpoch + 1);
  if (afterEpoch < 1 || afterSequence < 0) return undefined;
  const sequence = Number(message.slice(afterEpoch + 1, afterSequence));
  if (!Number.isSafeInteger(sequence)) return undefined;
  return { at: { epoch: message.slice(0, afterEpoch), sequence }, body: message.slice(afterSequence + 1) };
}
