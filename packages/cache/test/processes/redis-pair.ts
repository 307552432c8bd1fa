import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { attachReplica, detachReplica, type RedisServer, startRedis } from '@lockstep/testing';
import { Redis } from 'ioredis';
import { vi } from 'vitest';

import { ServiceAddress } from './service-address.ts';

interface Node {
  readonly server: RedisServer;
  readonly dir: string;
  readonly admin: Redis;
}

/** A Redis with a replica that can take its place, behind one address. */
export class RedisPair implements AsyncDisposable {
  readonly address: ServiceAddress;
  readonly #root: string;
  #master: Node;
  #replica: Node;

  private constructor(root: string, address: ServiceAddress, [master, replica]: readonly [Node, Node]) {
    this.#root = root;
    this.address = address;
    this.#master = master;
    this.#replica = replica;
  }

  static async start(): Promise<RedisPair> {
    const root = await mkdtemp(join(tmpdir(), 'lockstep-processes-'));
    const nodes = await Promise.all([startNode(join(root, 'a')), startNode(join(root, 'b'))]);
    const pair = new RedisPair(root, await ServiceAddress.open(nodes[0].server.port), nodes);
    await pair.#follow();
    return pair;
  }

  /** The master, and what is beside all proxies. */
  get server(): RedisServer {
    return this.#master.server;
  }

  get dir(): string {
    return this.#master.dir;
  }

  get admin(): Redis {
    return this.#master.admin;
  }

  /** Its replica gets nothing more from the master, and takes its place after these milliseconds. */
  async failOver(ms: number): Promise<void> {
    const [old, promoted] = [this.#master, this.#replica];
    await this.#follow();
    await detachReplica(promoted.server);
    await new Promise((resolve) => setTimeout(resolve, ms));
    await old.server.kill();
    await promoted.admin.call('REPLICAOF', 'NO', 'ONE');
    [this.#master, this.#replica] = [promoted, old];
    this.address.moveTo(promoted.server.port);
    await old.server.restart({ keepData: false });
    await attachReplica(promoted.server);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.address[Symbol.asyncDispose]();
    for (const { server, admin } of [this.#master, this.#replica]) {
      admin.disconnect();
      await server.close();
    }
    await rm(this.#root, { recursive: true, force: true });
  }

  /** Resolves when the replica has what the master has. */
  async #follow(): Promise<void> {
    const { admin } = this.#replica;
    await vi.waitFor(
      async () => {
        await admin.call('REPLICAOF', this.address.host, String(this.#master.server.port));
        const state = String(await admin.call('INFO', 'replication'));
        if (!state.includes('master_link_status:up')) throw new Error('the replica is not in step');
      },
      { timeout: 20_000, interval: 50 },
    );
  }
}

async function startNode(dir: string): Promise<Node> {
  const config = { 'repl-diskless-sync-delay': '0', 'repl-ping-replica-period': '1' };
  const server = await startRedis({ dir, config });
  const admin = new Redis(server.port, server.host, { retryStrategy: () => 20, maxRetriesPerRequest: null });
  // It comes back when the server does, and what it was asked meanwhile is answered then.
  admin.on('error', () => undefined);
  return { server, dir, admin };
}
