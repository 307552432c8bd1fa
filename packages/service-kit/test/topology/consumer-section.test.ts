import { describe, expect, it } from 'vitest';

import { ServiceError } from '../../src/service-error.ts';
import { parseTopology } from '../../src/topology/parse-topology.ts';
import { sample } from './sample.ts';

const section = `    consumer:
      http: 127.0.0.1:4514
      queues:
        policies:
          source: { stream: policies, trim: true }
          sink: { url: "https://sink.example/hook?x=1", timeoutMs: 5000, batch: 10 }
          lanes: { by: /policy/id, parallel: 4 }
          retry: { minMs: 50, maxMs: 1000 }
          poison: { tries: 3, action: stop, stream: dead, max: 10 }
          window: 100
          leaseMs: 3000
        mails:
          source: { amqp: "amqp://user@broker.example:5673/vhost", queue: mails }
          sink: { url: "http://127.0.0.1:3000/" }
`;
const text = sample.replace('  west:\n', `${section}  west:\n`);

function problemsOf(piece: string, instead: string): readonly string[] {
  const changed = text.replace(piece, instead);
  expect(changed).not.toBe(text);
  try {
    parseTopology(changed, 't.yaml');
  } catch (error) {
    if (error instanceof ServiceError) return error.problems.map((line) => line.replace(/^t\.yaml:\d+:\d+: /, ''));
    throw error;
  }
  return [];
}

const at = 'regions.east.consumer.queues.policies';

/** What is wrong · the piece of the section · what stands there instead · what is said of it. */
const cases: readonly (readonly [string, string, string, string])[] = [
  [
    'a name of a queue',
    '        policies:',
    '        Policies:',
    '"Policies" is not a name of a queue; use 1 to 32 of a-z, 0-9 and "-", a letter first',
  ],
  [
    'no source at all',
    '{ stream: policies, trim: true }',
    '{}',
    `${at}.source must be a stream or a queue of a broker; write { stream: NAME } or { amqp: amqp://host:5672, queue: NAME }`,
  ],
  [
    'two sources',
    'trim: true }',
    'amqp: "amqp://h" }',
    `${at}.source must be a stream or a queue of a broker; write { stream: NAME } or { amqp: amqp://host:5672, queue: NAME }`,
  ],
  [
    'a queue beside a stream',
    'trim: true }',
    'queue: q }',
    'queue does not belong to this kind of source; write { stream: NAME } or { amqp: amqp://host:5672, queue: NAME }',
  ],
  [
    'a broker without a queue',
    ', queue: mails',
    '',
    'regions.east.consumer.queues.mails.source has no queue; write { stream: NAME } or { amqp: amqp://host:5672, queue: NAME }',
  ],
  [
    'a password in a URL',
    'user@broker',
    'user:hunter2@broker',
    'the url must not hold a password; see the environment variables of lockstep-consumer',
  ],
  [
    'a broker of another kind',
    'amqp://user',
    'mqtt://user',
    'not a URL of an AMQP broker; write amqp://host:port/vhost or amqps://host:port/vhost without a query',
  ],
  [
    'a sink of another kind',
    'https://sink',
    'ftp://sink',
    'not a URL of a sink; write http://host:port/path or https://host/path without a fragment',
  ],
  ['delays upside down', 'minMs: 50', 'minMs: 5000', 'minMs 5000 is above maxMs 1000; make it at most that'],
  [
    'a lease that is too short',
    'leaseMs: 3000',
    'leaseMs: 100',
    'leaseMs 100 is too short to be renewed in time; use 250 or more',
  ],
  ['a window that is too wide', 'window: 100', 'window: 5000', `${at}.window must be at most 2000, got 5000`],
  ['an unknown action', 'action: stop', 'action: drop', `${at}.poison.action is "drop"; it must be bury or stop`],
  ['no address', 'http: 127.0.0.1:4514', 'http: []', 'regions.east.consumer.http is empty; write http: 127.0.0.1:8080'],
  [
    'an address that is no text',
    'http: 127.0.0.1:4514',
    'http: 4514',
    'regions.east.consumer.http must be a string such as 127.0.0.1:8080, got a number',
  ],
  [
    'an address that another app has',
    'http: 127.0.0.1:4514',
    'http: 127.0.0.1:4510',
    '127.0.0.1:4510 is already the listen address at line 10, column 23; give each its own port',
  ],
];

describe('the section consumer', () => {
  it('is read with all that it says', () => {
    const { consumer } = parseTopology(text, 't.yaml').regions.get('east')!;
    expect(consumer).toEqual({
      http: [{ host: '127.0.0.1', port: 4514, text: '127.0.0.1:4514' }],
      queues: new Map<string, unknown>([
        [
          'policies',
          {
            source: { stream: 'policies', trim: true },
            sink: { url: 'https://sink.example/hook?x=1', timeoutMs: 5000, batch: 10 },
            lanes: { by: '/policy/id', parallel: 4 },
            retry: { minMs: 50, maxMs: 1000 },
            poison: { tries: 3, action: 'stop', stream: 'dead', max: 10 },
            window: 100,
            leaseMs: 3000,
          },
        ],
        [
          'mails',
          {
            source: { amqp: 'amqp://user@broker.example:5673/vhost', queue: 'mails' },
            sink: { url: 'http://127.0.0.1:3000/' },
          },
        ],
      ]),
    });
  });

  it('may be missing, and may list addresses', () => {
    expect(parseTopology(sample, 't.yaml').regions.get('east')!.consumer).toBeUndefined();
    const listed = text.replace('http: 127.0.0.1:4514', 'http: [127.0.0.1:4514, 127.0.0.1:4515]');
    const { http } = parseTopology(listed, 't.yaml').regions.get('east')!.consumer!;
    expect(http.map(({ port }) => port)).toEqual([4514, 4515]);
  });

  it.each(cases)('is refused with %s', (_what, piece, instead, problem) => {
    expect(problemsOf(piece, instead)).toEqual([problem]);
  });

  it('says nothing of what stands in a URL', () => {
    expect(problemsOf('user@broker', 'user:hunter2@broker').join('')).not.toContain('hunter2');
  });
});
