import { expect, it } from 'vitest';

import { ReplyQueue } from '../../src/text/reply-queue.ts';

it('sends replies in the order of the requests, whichever is ready first', () => {
  const sent: string[] = [];
  const queue = new ReplyQueue((reply) => void sent.push(Buffer.concat(reply).toString()));
  const [first, second, third] = [queue.reserve(), queue.reserve(), queue.reserve()];
  third([Buffer.from('3')]);
  first([Buffer.from('1')]);
  expect(sent).toEqual(['1']);
  second([]);
  expect(sent).toEqual(['1', '', '3']);
  expect(queue.length).toBe(0);
});
