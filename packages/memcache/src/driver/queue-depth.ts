/** How much waits for the answers of one node. */
export interface QueueDepth {
  /** Answers that are waited for. */
  readonly ops: number;
  /** Bytes of the requests that wait for them. */
  readonly bytes: number;
}
