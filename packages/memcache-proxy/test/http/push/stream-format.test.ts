import { expect, it } from 'vitest';

import { negotiateFormat } from '../../../src/http/push/stream-format.ts';

it.each([
  [undefined, 'sse'],
  ['', 'sse'],
  ['*/*', 'sse'],
  ['text/event-stream', 'sse'],
  ['application/x-ndjson', 'ndjson'],
  ['application/jsonl; charset=utf-8', 'ndjson'],
  ['Application/Vnd.Lockstep.Frames', 'frames'],
  ['text/html, application/x-ndjson;q=0.5, */*;q=0.1', 'ndjson'],
  ['application/x-ndjson;q=0.2, application/vnd.lockstep.frames;q=0.9', 'frames'],
  ['application/*', 'ndjson'],
  ['text/event-stream;q=0, */*', 'ndjson'],
  ['text/html', undefined],
  ['text/event-stream;q=0', undefined],
  ['text/event-stream;q=rubbish', undefined],
])('answers Accept %j with %s', (accept, format) => {
  expect(negotiateFormat(accept, 'sse')).toBe(format);
});
