import type { ConsumeMessage } from 'amqplib';

import type { Message } from '../message.ts';

/** The name of the attribute that is the routing key. */
const routingKey = 'routing-key';

/**
 * A delivery of the broker as a message.
 *
 * @param unnamed the id of a message that its writer gave none.
 */
export function parseDelivery({ content, fields, properties }: ConsumeMessage, unnamed: string): Message {
  const { messageId, contentType, timestamp, headers } = properties as unknown as Record<string, unknown>;
  const attributes = new Map<string, string>([[routingKey, fields.routingKey]]);
  for (const [name, value] of Object.entries((headers ?? {}) as Record<string, unknown>)) {
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') {
      attributes.set(name, String(value));
    }
  }
  return {
    id: typeof messageId === 'string' && messageId !== '' ? messageId : unnamed,
    body: content,
    contentType: typeof contentType === 'string' ? contentType : undefined,
    attributes,
    // AMQP has seconds.
    writtenAtMs: typeof timestamp === 'number' ? timestamp * 1000 : undefined,
  };
}
