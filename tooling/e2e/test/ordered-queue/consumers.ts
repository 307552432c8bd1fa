import type { RedisServer } from '@lockstep/testing';
import { vi } from 'vitest';

import { freePorts } from '../free-ports.ts';
import { type Role, startRole } from '../role.ts';

/** One process of `lockstep-consumer`. */
export interface Consumer {
  readonly name: string;
  readonly port: number;
  role: Role;
}

/** Several consumers of one queue. */
export class Consumers implements AsyncDisposable {
  readonly all: readonly Consumer[];
  readonly #topology: string;

  private constructor(topology: string, ports: readonly number[]) {
    this.#topology = topology;
    this.all = ports.map((port, at) => ({ name: `consumer ${at + 1}`, port, role: startRole('consumer', topology) }));
  }

  /** Starts `count` processes; resolves when one of them leads. */
  static async start(
    redis: RedisServer,
    sinkUrl: string,
    { count, leaseMs, tries = 5 }: { count: number; leaseMs: number; tries?: number },
  ): Promise<Consumers> {
    const ports = await freePorts(count);
    const consumers = new Consumers(topologyOf(redis, sinkUrl, ports, { leaseMs, tries }), ports);
    try {
      await consumers.leader();
      return consumers;
    } catch (error) {
      await consumers[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** The one that leads now, as the others see it. */
  leader(): Promise<Consumer> {
    return vi.waitFor(
      async () => {
        const answers = await Promise.all(this.all.map(({ port }) => askLeader(port)));
        const pid = answers.find((answer) => answer !== undefined);
        const leader = this.all.find(({ role }) => role.child.pid === pid);
        if (leader === undefined)
          throw new Error(`nobody leads: ${this.all.map(({ role }) => role.output()).join('')}`);
        return leader;
      },
      { timeout: 30_000, interval: 20 },
    );
  }

  /** Has another process in the place of one that has ended. */
  async replace(consumer: Consumer): Promise<void> {
    await consumer.role[Symbol.asyncDispose]();
    consumer.role = startRole('consumer', this.#topology);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.all.map(({ role }) => role[Symbol.asyncDispose]()));
  }
}

/** The process id of the leader, where this port answers and somebody leads. */
async function askLeader(port: number): Promise<number | undefined> {
  try {
    const answer = await fetch(`http://127.0.0.1:${port}/v1/queues`, { signal: AbortSignal.timeout(500) });
    const { queues } = (await answer.json()) as { queues: readonly { readonly leader?: { readonly id: string } }[] };
    const id = queues[0]?.leader?.id;
    return id === undefined ? undefined : Number(id.slice(id.lastIndexOf(':') + 1));
  } catch {
    return undefined;
  }
}

function topologyOf(
  redis: RedisServer,
  sinkUrl: string,
  ports: readonly number[],
  { leaseMs, tries }: { leaseMs: number; tries: number },
): string {
  return `version: 1
regions:
  east:
    redis: ${redis.url}
    pool: { nodes: [{ name: east-1, address: "127.0.0.1:1" }] }
    proxy: { http: "127.0.0.1:2", memcached: "127.0.0.1:3" }
    shipper: { http: "127.0.0.1:4" }
    receiver: { http: "127.0.0.1:5" }
    consumer:
      http: [${ports.map((port) => `"127.0.0.1:${port}"`).join(', ')}]
      queues:
        policies:
          source: { stream: policies, trim: true }
          sink: { url: "${sinkUrl}" }
          poison: { tries: ${tries} }
          leaseMs: ${leaseMs}
`;
}
