/** What one round measured of the subject and of a peer, one right after the other. */
export interface Pair {
  readonly subject: number;
  readonly peer: number;
}

/** The figures of one case against one peer. A ratio above 1 always means that Lockstep is better. */
export interface Comparison {
  /** Median of the rounds. */
  readonly subjectValue: number;
  /** Median of the rounds. */
  readonly peerValue: number;
  /** Median of the ratios of the rounds. */
  readonly ratio: number;
  /** The worst round for Lockstep. */
  readonly low: number;
  /** The best round for Lockstep. */
  readonly high: number;
}

/** The middle value, or the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  if (values.length === 0) throw new RangeError('there is no median of nothing');
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle]!;
  return sorted.length % 2 === 1 ? upper : (sorted[middle - 1]! + upper) / 2;
}

/**
 * Compares round by round: what slows the whole machine for a while slows both halves of a pair.
 *
 * @throws RangeError when there is no pair, or a value that is not a positive number: such a run measured nothing.
 */
export function compare(pairs: readonly Pair[], higherIsBetter: boolean): Comparison {
  const ratios = pairs.map(({ subject, peer }) => {
    for (const value of [subject, peer]) {
      if (!(value > 0 && value < Infinity)) throw new RangeError(`a run measured ${value}`);
    }
    return higherIsBetter ? subject / peer : peer / subject;
  });
  return {
    subjectValue: median(pairs.map(({ subject }) => subject)),
    peerValue: median(pairs.map(({ peer }) => peer)),
    ratio: median(ratios),
    low: Math.min(...ratios),
    high: Math.max(...ratios),
  };
}
