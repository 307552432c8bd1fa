/** Where one shard of a log stands, or a follower in it. */
export interface ShardPosition {
  /** Empty for the beginning, whatever the epoch. */
  readonly epoch: string;
  readonly sequence: number;
}

/** The position before everything. */
export const START = '0-0';

const PART = /^([0-9a-f]{1,20})-(0|[1-9]\d{0,15})$/;
/** An epoch that no log has: whoever stands there is told that it has lost its place. */
export const NOWHERE: ShardPosition = { epoch: 'nowhere', sequence: 0 };
const BEGINNING: ShardPosition = { epoch: '', sequence: 0 };

/** Writes a position: the shards in their order. */
export function formatPosition(parts: readonly ShardPosition[]): string {
  // Every entry that is heard has one.
  return parts.length === 1 ? formatPart(parts[0]!) : parts.map(formatPart).join(',');
}

function formatPart({ epoch, sequence }: ShardPosition): string {
  return epoch === '' ? START : `${epoch}-${sequence}`;
}

/**
 * Reads a position of a log with that many shards. A position of a log with another number of shards leads nowhere.
 *
 * @throws RangeError when it is not a position.
 */
export function parsePosition(text: string, shards: number): ShardPosition[] {
  const parts = text.split(',').map((part) => {
    const [, epoch, sequence] = PART.exec(part) ?? [];
    if (epoch === undefined) {
      throw new RangeError(`a position is what publish or a follower gave, got ${JSON.stringify(text.slice(0, 60))}`);
    }
    return part === START ? BEGINNING : { epoch, sequence: Number(sequence) };
  });
  if (parts.length === shards) return parts;
  return Array.from({ length: shards }, () => (text === START ? BEGINNING : NOWHERE));
}

/**
 * What is known after two answers of a shard, the second of which came later: within an epoch answers can overtake each
 * other, and epochs have no order but that.
 */
export function laterOf(before: ShardPosition, answer: ShardPosition): ShardPosition {
  return before.epoch === answer.epoch && before.sequence > answer.sequence ? before : answer;
}

/** Whether one who stands at `position` has passed `other` for certain: in the same epoch, or `other` is the beginning. */
export function hasPassed(position: ShardPosition, other: ShardPosition): boolean {
  if (other.epoch === '') return true;
  return position.epoch === other.epoch && position.sequence >= other.sequence;
}
