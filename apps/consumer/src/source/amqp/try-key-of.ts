import { createHash } from 'node:crypto';

import type { ConsumeMessage } from 'amqplib';

/** Under what the tries of a delivery are kept: its id, or what is in it where its writer gave it none. */
export function tryKeyOf({ content, properties }: ConsumeMessage): string {
  const { messageId } = properties as unknown as Record<string, unknown>;
  if (typeof messageId === 'string' && messageId !== '') return `id:${messageId}`;
  return `sha256:${createHash('sha256').update(content).digest('base64')}`;
}
