/** What is known of the tags of a value. `unknown`: ask where the tags are kept. */
export type TagVerdict = 'fresh' | 'stale' | 'unknown';

interface TagFacts {
  /** When it was last invalidated, in moments of this ledger; 0 for never. */
  moment: number;
  /** The number of its last invalidation in the log. */
  sequence: number;
  /** Every invalidation of it after this number is known. */
  knownFrom: number;
}

/** Which tags were heard invalidated, and when: no clock, only the numbers of the log. */
export interface TagLedger {
  /** Grows with every invalidation that is noted. */
  readonly moment: number;
  /** Whatever comes after the entry with this number will be noted. */
  begin(applied: number): void;
  /** A tag was invalidated: by the entry of the log with this number. */
  note(tag: string, sequence: number): void;
  /** Whether one of these tags was invalidated after that moment, or may have been. */
  isTouchedSince(tags: readonly string[], moment: number): boolean;
  /**
   * Whether one of these tags was invalidated after the entry with this number.
   *
   * @param applied the number of the last entry that was heard
   */
  verdict(tags: readonly string[], sequence: number, applied: number): TagVerdict;
  /** The place where the tags are kept said that none of them was invalidated after this number. */
  learn(tags: readonly string[], sequence: number): void;
  /** Everything so far may be unknown. */
  reset(): void;
}

/**
 * Remembers the last `maxTags` tags. What it forgot it does not guess: values that may carry a forgotten tag are then
 * not kept, or asked about.
 */
export function createTagLedger(maxTags: number): TagLedger {
  const facts = new Map<string, TagFacts>();
  let moment = 1;
  let floorMoment = 0;
  let floorSequence = Infinity;

  function factsOf(tag: string): TagFacts {
    let known = facts.get(tag);
    if (known !== undefined) {
      facts.delete(tag);
    } else {
      known = { moment: 0, sequence: 0, knownFrom: floorSequence };
      if (facts.size >= maxTags) forgetOldest();
    }
    facts.set(tag, known);
    return known;
  }

  function forgetOldest(): void {
    for (const [tag, oldest] of facts) {
      facts.delete(tag);
      floorMoment = Math.max(floorMoment, oldest.moment);
      floorSequence = Math.max(floorSequence, oldest.sequence);
      return;
    }
  }

  return {
    get moment() {
      return moment;
    },
    begin(applied) {
      if (floorSequence === Infinity) floorSequence = applied;
    },
    note(tag, sequence) {
      const known = factsOf(tag);
      moment++;
      known.moment = moment;
      known.sequence = Math.max(known.sequence, sequence);
    },
    isTouchedSince(tags, since) {
      if (tags.length > 0 && floorMoment > since) return true;
      return tags.some((tag) => (facts.get(tag)?.moment ?? 0) > since);
    },
    verdict(tags, sequence, applied) {
      // Whatever comes after this moment is noted.
      if (floorSequence === Infinity) floorSequence = applied;
      let verdict: TagVerdict = 'fresh';
      for (const tag of tags) {
        const known = facts.get(tag);
        if (known !== undefined && known.sequence > sequence) return 'stale';
        if (sequence < Math.min(known?.knownFrom ?? Infinity, floorSequence)) verdict = 'unknown';
      }
      return verdict;
    },
    learn(tags, sequence) {
      for (const tag of tags) {
        const known = factsOf(tag);
        known.knownFrom = Math.min(known.knownFrom, sequence);
      }
    },
    reset() {
      facts.clear();
      moment++;
      floorMoment = moment;
      floorSequence = Infinity;
    },
  };
}
