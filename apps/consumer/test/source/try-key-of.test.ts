import type { ConsumeMessage } from 'amqplib';
import { expect, it } from 'vitest';

import { tryKeyOf } from '../../src/source/amqp/try-key-of.ts';

function delivery(body: string, messageId?: string): ConsumeMessage {
  return { content: Buffer.from(body), properties: { messageId } } as unknown as ConsumeMessage;
}

it('knows a message again by its id, or by what is in it where it has none', () => {
  expect(tryKeyOf(delivery('x', '7'))).toBe(tryKeyOf(delivery('y', '7')));
  expect(tryKeyOf(delivery('x'))).toBe(tryKeyOf(delivery('x', '')));
  expect(tryKeyOf(delivery('x'))).not.toBe(tryKeyOf(delivery('y')));
  expect(tryKeyOf(delivery('x'))).not.toBe(tryKeyOf(delivery('y', tryKeyOf(delivery('x')))));
});
