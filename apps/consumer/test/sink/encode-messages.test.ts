import { describe, expect, it } from 'vitest';

import { encodeBatch, encodeMessage } from '../../src/sink/encode-messages.ts';
import { messageOf } from '../fixtures/message-of.ts';

describe('the request of a message', () => {
  it('is its body as it is, under a key that is the same whoever sends it', () => {
    const body = Buffer.from([0xff, 0x00]);
    const request = encodeMessage('policies', messageOf('5-0', '', { body, contentType: 'image/png' }));
    expect(request).toEqual({ body, contentType: 'image/png', idempotencyKey: 'policies/5-0' });
    expect(encodeMessage('policies', messageOf('1')).contentType).toBe('application/octet-stream');
  });

  it('puts nothing into a header that cannot stand there', () => {
    const { idempotencyKey, contentType } = encodeMessage('q', messageOf('ä\r\nx', '', { contentType: 'a\nb' }));
    expect([idempotencyKey, contentType]).toEqual(['q/%C3%A4%0D%0Ax', 'a%0Ab']);
  });
});

describe('the request of a batch', () => {
  it('is a list with the key of each message, and bodies that are no UTF-8 in base64', () => {
    const binary = messageOf('2-0', '', { body: Buffer.from([0xff]), contentType: 'image/png' });
    const plain = messageOf('1-0', '{"n":1}', { attributes: new Map([['policy', '7']]) });
    const { body, contentType, idempotencyKey } = encodeBatch('policies', [plain, binary]);
    expect([contentType, idempotencyKey]).toEqual(['application/json', 'policies/1-0..policies/2-0']);
    expect(JSON.parse(body.toString())).toEqual({
      queue: 'policies',
      messages: [
        { id: '1-0', idempotencyKey: 'policies/1-0', attributes: { policy: '7' }, body: '{"n":1}' },
        { id: '2-0', idempotencyKey: 'policies/2-0', contentType: 'image/png', base64: '/w==' },
      ],
    });
  });

  it('of one message has the key of that message', () => {
    expect(encodeBatch('q', [messageOf('1-0')]).idempotencyKey).toBe('q/1-0');
  });
});
