/** Where a queue of a stream keeps what it knows. */
export interface StreamKeys {
  readonly stream: string;
  /** Hash: `cursor`, the id up to which all is done, and `passed`, how many entries that are. */
  readonly state: string;
  /** Set of the ids after the cursor that are done. */
  readonly done: string;
  /** The newest fencing token of its readers. */
  readonly fence: string;
}

/** The keys of one queue; several queues may read one stream. They are in the slot of the stream, except for odd braces. */
export function streamKeysOf(stream: string, queue: string): StreamKeys {
  const hasTag = /\{[^}]+\}/u.test(stream);
  const base = `${hasTag ? stream : `{${stream}}`}:consumer:${queue}`;
  return { stream, state: base, done: `${base}:done`, fence: `${base}:fence` };
}
