import { describeKind, describePath, entriesOf, valueAt } from './document.ts';
import { type Claim, listenProblems } from './listener-rules.ts';
import { listenExample } from './sections/listen-section.ts';
import type { Finding } from './shape-problems.ts';
import type { Path } from './yaml-source.ts';

const queueName = /^[a-z][a-z0-9-]{0,31}$/;
/** What a candidate needs to answer in. */
const minLeaseMs = 250;

/** Looks at the listen addresses of a section `consumer` or `refresh`: one, or a list. */
export function findConsumerListenProblems(path: Path, http: unknown, claim: Claim): Finding[] {
  if (http === undefined) return [];
  const addresses: readonly unknown[] = Array.isArray(http) ? http : [http];
  if (addresses.length === 0) {
    return [finding(path, `${describePath(path)} is empty; write http: ${listenExample}`)];
  }
  return addresses.flatMap((address, at) => {
    const where = Array.isArray(http) ? [...path, at] : path;
    if (typeof address === 'string') return listenProblems(where, address, claim);
    const message = `${describePath(where)} must be a string such as ${listenExample}, got ${describeKind(address)}`;
    return [finding(where, message)];
  });
}

/** Looks at what the schema cannot say of the section `consumer`. */
export function findConsumerProblems(document: unknown): Finding[] {
  return entriesOf(valueAt(document, 'regions')).flatMap(([region, content]) =>
    entriesOf(valueAt(content, 'consumer', 'queues')).flatMap(([name, queue]) => {
      const path: Path = ['regions', region, 'consumer', 'queues', name];
      return [
        ...nameProblems(path, name),
        ...sourceProblems([...path, 'source'], valueAt(queue, 'source')),
        ...urlProblems([...path, 'sink', 'url'], valueAt(queue, 'sink', 'url'), ['http:', 'https:'], sinkHint),
        ...retryProblems([...path, 'retry'], valueAt(queue, 'retry')),
        ...leaseProblems([...path, 'leaseMs'], valueAt(queue, 'leaseMs')),
      ];
    }),
  );
}

const sinkHint = 'not a URL of a sink; write http://host:port/path or https://host/path without a fragment';
const amqpHint = 'not a URL of an AMQP broker; write amqp://host:port/vhost or amqps://host:port/vhost without a query';

function nameProblems(path: Path, name: string): Finding[] {
  if (queueName.test(name)) return [];
  const message = `${JSON.stringify(name)} is not a name of a queue; use 1 to 32 of a-z, 0-9 and "-", a letter first`;
  return [{ path, part: 'key', message }];
}

function sourceProblems(path: Path, source: unknown): Finding[] {
  const [stream, amqp, queue, trim] = ['stream', 'amqp', 'queue', 'trim'].map((key) => valueAt(source, key));
  const example = 'write { stream: NAME } or { amqp: amqp://host:5672, queue: NAME }';
  if (describeKind(source) !== 'a map') return [];
  if ((stream === undefined) === (amqp === undefined)) {
    return [finding(path, `${describePath(path)} must be a stream or a queue of a broker; ${example}`)];
  }
  const odd =
    stream === undefined ? (trim === undefined ? undefined : 'trim') : queue === undefined ? undefined : 'queue';
  if (odd !== undefined) {
    return [finding([...path, odd], `${odd} does not belong to this kind of source; ${example}`)];
  }
  if (stream === undefined && queue === undefined) {
    return [finding(path, `${describePath(path)} has no queue; ${example}`)];
  }
  return urlProblems([...path, 'amqp'], amqp, ['amqp:', 'amqps:'], amqpHint);
}

/** No message repeats a URL: it may hold a secret by mistake. */
function urlProblems(path: Path, url: unknown, schemes: readonly string[], hint: string): Finding[] {
  if (typeof url !== 'string') return [];
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed !== undefined && parsed.password !== '') {
    const message = 'the url must not hold a password; see the environment variables of lockstep-consumer';
    return [finding(path, message)];
  }
  const isAmqp = schemes.includes('amqp:');
  const isUsable =
    parsed !== undefined &&
    schemes.includes(parsed.protocol) &&
    parsed.hostname !== '' &&
    parsed.hash === '' &&
    (isAmqp ? parsed.search === '' : parsed.username === '');
  return isUsable ? [] : [finding(path, hint)];
}

function retryProblems(path: Path, retry: unknown): Finding[] {
  const [min, max] = [valueAt(retry, 'minMs') ?? 100, valueAt(retry, 'maxMs') ?? 30_000];
  if (typeof min !== 'number' || typeof max !== 'number' || min <= max) return [];
  return [finding(path, `minMs ${min} is above maxMs ${max}; make it at most that`)];
}

function leaseProblems(path: Path, leaseMs: unknown): Finding[] {
  if (typeof leaseMs !== 'number' || leaseMs < 1 || leaseMs >= minLeaseMs) return [];
  return [finding(path, `leaseMs ${leaseMs} is too short to be renewed in time; use ${minLeaseMs} or more`)];
}

function finding(path: Path, message: string): Finding {
  return { path, part: 'value', message };
}
