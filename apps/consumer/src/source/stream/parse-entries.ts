import type { Message } from '../message.ts';
import { millisOf } from './stream-id.ts';

/** The field of an entry that is the body of its message, and the one that says its MIME type. */
const [bodyField, typeField] = ['body', 'type'];

/** The messages in the reply of XREAD for one stream: RESP2 nests it in a pair, RESP3 makes it the value of a flattened map. */
export function parseEntries(reply: unknown): Message[] {
  if (!Array.isArray(reply)) return [];
  const [first, second] = reply as unknown[];
  const entries = Array.isArray(first) ? (first as unknown[])[1] : second;
  return Array.isArray(entries) ? (entries as [Buffer, Buffer[]][]).map(parseEntry) : [];
}

function parseEntry([idBytes, fields]: [Buffer, Buffer[]]): Message {
  const id = idBytes.toString();
  const attributes = new Map<string, string>();
  let [body, contentType]: [Buffer | undefined, string | undefined] = [undefined, undefined];
  for (let at = 0; at + 1 < fields.length; at += 2) {
    const name = fields[at]!.toString();
    const value = fields[at + 1]!;
    if (name === bodyField) body = value;
    else if (name === typeField) contentType = value.toString();
    else attributes.set(name, value.toString());
  }
  const shared = { id, attributes, writtenAtMs: millisOf(id) };
  if (body !== undefined) return { ...shared, body, contentType };
  // Written by somebody who knows nothing of bodies: the fields are the message.
  const text = JSON.stringify(Object.fromEntries(attributes));
  return { ...shared, body: Buffer.from(text), contentType: 'application/json' };
}
