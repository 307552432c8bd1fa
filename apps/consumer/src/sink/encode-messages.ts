import { isUtf8 } from 'node:buffer';

import type { Message } from '../source/message.ts';

/** A request to a sink. */
export interface SinkRequest {
  readonly body: Buffer;
  readonly contentType: string;
  /** The same for the same messages, whoever sends them. */
  readonly idempotencyKey: string;
}

/** One message as it is: its body is that of the request. */
export function encodeMessage(queue: string, message: Message): SinkRequest {
  const { body, contentType = 'application/octet-stream', id } = message;
  return { body, contentType: headerText(contentType), idempotencyKey: keyOf(queue, id) };
}

/** Several messages as JSON; a body that is no UTF-8 is in base64. */
export function encodeBatch(queue: string, messages: readonly Message[]): SinkRequest {
  const list = messages.map(({ id, contentType, attributes, body }) => ({
    id,
    idempotencyKey: keyOf(queue, id),
    ...(contentType === undefined ? {} : { contentType }),
    ...(attributes.size === 0 ? {} : { attributes: Object.fromEntries(attributes) }),
    ...(isUtf8(body) ? { body: body.toString() } : { base64: body.toString('base64') }),
  }));
  const [first, last] = [messages[0]!.id, messages.at(-1)!.id];
  return {
    body: Buffer.from(JSON.stringify({ queue, messages: list })),
    contentType: 'application/json',
    idempotencyKey: first === last ? keyOf(queue, first) : `${keyOf(queue, first)}..${keyOf(queue, last)}`,
  };
}

function keyOf(queue: string, id: string): string {
  return `${queue}/${headerText(id)}`;
}

/** A header takes printable ASCII only. */
function headerText(text: string): string {
  return /^[\u0020-\u007e]*$/u.test(text) ? text : encodeURIComponent(text);
}
