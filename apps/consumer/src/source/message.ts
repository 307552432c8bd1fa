/** One message of a queue. */
export interface Message {
  /** The same whenever it comes: after a failure, after a restart, from another process. */
  readonly id: string;
  readonly body: Buffer;
  /** MIME type of the body, where the one who wrote it said so. */
  readonly contentType: string | undefined;
  /** What stands beside the body: other fields of a stream's entry, headers of an AMQP message. */
  readonly attributes: ReadonlyMap<string, string>;
  /** Wall-clock milliseconds at which it was written, where that is known. */
  readonly writtenAtMs: number | undefined;
}
