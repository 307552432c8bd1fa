import type { RedisArgument } from '@lockstep/core';

import type { Burial } from '../source/source.ts';
import type { Message } from '../source/message.ts';

/** The entry of a dead letter: what is known of it in fields that begin with `lockstep-`, then the message as it was. */
export function deadLetterFields(queue: string, message: Message, { reason, tries }: Burial): RedisArgument[] {
  const { id, body, contentType, attributes } = message;
  return [
    'lockstep-queue',
    queue,
    'lockstep-id',
    id,
    'lockstep-reason',
    reason,
    'lockstep-tries',
    tries,
    ...[...attributes].flat(),
    ...(contentType === undefined ? [] : ['type', contentType]),
    'body',
    body,
  ];
}
