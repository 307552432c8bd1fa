import type { Content, Scored, Shape } from '../content.ts';
import type { Freshness } from '../entry-store.ts';

/** What the scripts say of freshness: ticket, age, time left, size, validator. Bulk replies are buffers. */
type FreshnessReply = readonly [Buffer, number, number, number, Buffer | null];

/** What `read` says of an entry, or of as much of it as one step gets. */
export interface EntryReply {
  readonly freshness: Freshness;
  readonly version: string;
  /** Of the whole: bytes of a value, else elements. */
  readonly size: number;
  /** As the script gave it. */
  readonly content: unknown;
}

/** The freshness in the reply of a script. */
export function toFreshness(reply: unknown): Freshness {
  const [ticket, ageMs, freshForMs, size, validator] = reply as FreshnessReply;
  return { ticket: Number(ticket), ageMs, freshForMs, size, validator: validator?.toString() };
}

/** The parts of a reply of `read` that is neither nil nor empty. */
export function toEntryReply(reply: unknown): EntryReply {
  const [freshness, version, size, content] = reply as [unknown, Buffer, number, unknown];
  return { freshness: toFreshness(freshness), version: version.toString(), size, content };
}

/** How much a reply of `read` got, as the scripts count size. */
export function lengthOf(shape: Shape, content: unknown): number {
  if (shape === 'zset') return (content as Buffer[]).length / 2;
  return shape === 'hash' ? (content as [Buffer[], Buffer[]])[0].length : (content as Buffer | Buffer[]).length;
}

/** The content that several replies of `read` are together, in their order. */
export function toContent(shape: Shape, replies: readonly unknown[]): Content {
  if (shape === 'value') {
    const chunks = replies as readonly Buffer[];
    return { shape, value: chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks) };
  }
  if (shape === 'list') return { shape, elements: (replies as readonly Buffer[][]).flat() };
  if (shape === 'zset') return { shape, elements: (replies as readonly Buffer[][]).flatMap(toScored) };
  const elements = new Map<string, Buffer>();
  for (const [ids, values] of replies as readonly [Buffer[], Buffer[]][]) {
    for (const [index, id] of ids.entries()) elements.set(id.toString(), values[index]!);
  }
  return { shape, elements };
}

function toScored(reply: readonly Buffer[]): Scored[] {
  const elements: Scored[] = [];
  for (let index = 0; index < reply.length; index += 2) {
    elements.push({ member: reply[index]!, score: Number(reply[index + 1]!) });
  }
  return elements;
}
