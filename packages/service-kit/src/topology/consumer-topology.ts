import type { ListenAddress } from './proxy-topology.ts';

/** A Redis Stream of the region's Redis, read in the order of its entries. */
export interface StreamSource {
  readonly stream: string;
  /** Whether entries that are done are removed. Not where others read the stream too. @default false */
  readonly trim?: boolean;
}

/** A queue of an AMQP 0-9-1 broker such as RabbitMQ. */
export interface AmqpSource {
  /** `amqp://` or `amqps://`, never with a password. */
  readonly amqp: string;
  readonly queue: string;
}

/** Where messages are taken to. */
export interface ConsumerSink {
  /** Every message, or batch of messages, is a POST to it. */
  readonly url: string;
  /** Milliseconds that an answer may take. @default 10000 */
  readonly timeoutMs?: number;
  /** How many messages of a lane one request may hold; with 1 the body of the request is that of the message. @default 1 */
  readonly batch?: number;
}

/** Which messages must stay in order among each other. */
export interface ConsumerLanes {
  /** What names the lane of a message: a JSON Pointer into its body (`/policy/id`), or else the name of an attribute. */
  readonly by: string;
  /** How many lanes are served at once. @default 8 */
  readonly parallel?: number;
}

/** How often a message is tried again, while those behind it wait. */
export interface ConsumerRetry {
  /** Milliseconds after the first failure. @default 100 */
  readonly minMs?: number;
  /** Milliseconds after many. @default 30000 */
  readonly maxMs?: number;
}

/** What becomes of a message that the sink refuses again and again. */
export interface ConsumerPoison {
  /** How often it is tried. @default 5 */
  readonly tries?: number;
  /** `bury` puts it into the dead letters and goes on; `stop` goes on trying, and its lane stands. @default 'bury' */
  readonly action?: 'bury' | 'stop';
  /** The Redis Stream of the dead letters. @default the name of the queue and `:dead` */
  readonly stream?: string;
  /** When so many dead letters are there, no more are buried and the lane stands. @default 100000 */
  readonly max?: number;
}

/** One queue that one process at a time consumes. */
export interface ConsumerQueue {
  readonly source: StreamSource | AmqpSource;
  readonly sink: ConsumerSink;
  /** @default one lane: all messages in order */
  readonly lanes?: ConsumerLanes;
  readonly retry?: ConsumerRetry;
  readonly poison?: ConsumerPoison;
  /** How far it reads ahead of the oldest message that is not done. @default 1000 */
  readonly window?: number;
  /** For how long a leader that is not heard of any more stands in the way of the others, in ms. @default 6000 */
  readonly leaseMs?: number;
}

/** The consumers of a region. */
export interface ConsumerRegion {
  /** Of each process the first that is free where it runs. */
  readonly http: readonly ListenAddress[];
  /** By name. */
  readonly queues: ReadonlyMap<string, ConsumerQueue>;
}
