import { isUtf8 } from 'node:buffer';

import type { StreamFormat } from './stream-format.ts';

/** One thing that a stream tells, in whichever form. */
export interface StreamEvent {
  /** What it is: the `event` of SSE, and the field of that name in the other forms. */
  readonly event: string;
  /** Where to resume from: the `id` of SSE. */
  readonly id?: string | undefined;
  /** Its fields. */
  readonly fields: Readonly<Record<string, unknown>>;
  /** Bytes that come with it. JSON carries them as `value`, with `encoding` saying how. */
  readonly body?: Buffer | undefined;
  /** How JSON carries the bytes. @default 'text-or-base64' */
  readonly bodyAs?: 'text-or-base64' | 'base64';
}

const LENGTHS_BYTES = 8;

/**
 * Writes an event in one of the forms.
 *
 * - `sse`: `event`, `id` where it has one, and `data` with a JSON object.
 * - `ndjson`: a JSON object and a line feed.
 * - `frames`: the length of the head and that of the body, each as 32 bits, big-endian; the head, which is
 *   the object of `ndjson` without the bytes; the body, as it is.
 */
export function encodeEvent(format: StreamFormat, event: StreamEvent): Buffer {
  switch (format) {
    case 'sse': {
      const id = event.id === undefined ? '' : `id: ${event.id}\n`;
      const data = JSON.stringify({ ...event.fields, ...bodyFields(event) });
      return Buffer.from(`event: ${event.event}\n${id}data: ${data}\n\n`);
    }
    case 'ndjson':
      return Buffer.from(`${JSON.stringify({ ...headOf(event), ...bodyFields(event) })}\n`);
    case 'frames':
      return toFrame(Buffer.from(JSON.stringify(headOf(event))), event.body);
    default:
      throw new TypeError(`there is no form ${String(format satisfies never)}`);
  }
}

/** What keeps an idle connection open, and where the client is by now. */
export function encodeHeartbeat(format: StreamFormat, id?: string): Buffer {
  // A block with an id and no data moves the Last-Event-ID of an EventSource and calls nobody.
  if (format === 'sse') return Buffer.from(id === undefined ? ': heartbeat\n\n' : `: heartbeat\nid: ${id}\n\n`);
  return encodeEvent(format, { event: 'heartbeat', id, fields: {} });
}

function headOf({ event, id, fields }: StreamEvent): Record<string, unknown> {
  return id === undefined ? { event, ...fields } : { event, id, ...fields };
}

function bodyFields({ body, bodyAs }: StreamEvent): Record<string, unknown> {
  if (body === undefined) return {};
  if (bodyAs !== 'base64' && isUtf8(body)) return { encoding: 'utf8', value: body.toString() };
  return { encoding: 'base64', value: body.toString('base64') };
}

function toFrame(head: Buffer, body: Buffer = Buffer.alloc(0)): Buffer {
  const lengths = Buffer.allocUnsafe(LENGTHS_BYTES);
  lengths.writeUInt32BE(head.length, 0);
  lengths.writeUInt32BE(body.length, 4);
  return Buffer.concat([lengths, head, body]);
}
