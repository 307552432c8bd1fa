/** What earlier attempts at a message came to, by this leader and by those before him. */
export interface Tries {
  /** How often the sink refused it. */
  readonly refused: number;
  /** How often in a row the leader was gone before there was an answer. */
  readonly unfinished: number;
}

/** None was made. */
export const noTries: Tries = { refused: 0, unfinished: 0 };
