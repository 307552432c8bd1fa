import { type RedisClient, type RedisConnection, systemClock } from '@lockstep/core';
import { describe, expect, it, vi } from 'vitest';

import { OwnedConnection } from '../src/owned-connection.ts';

const never = (): Promise<never> => new Promise(() => {});

/** Hands out connections whose commands never settle, as on a network that swallows everything. */
function createDeadClient() {
  const made: { disconnect: ReturnType<typeof vi.fn> }[] = [];
  const duplicate = (): RedisConnection => {
    const connection = { call: never, callBuffer: never, duplicate, disconnect: vi.fn<() => void>(), on: () => {} };
    made.push(connection);
    return connection;
  };
  const client: RedisClient = { call: never, callBuffer: never, duplicate };
  return { client, made };
}

describe('OwnedConnection', () => {
  it('connects with the first command and keeps the connection while commands succeed', async () => {
    const { client, made } = createDeadClient();
    const connection = new OwnedConnection({ client, clock: systemClock });
    expect(made).toHaveLength(0);
    await expect(connection.run(async () => 1, 100)).resolves.toBe(1);
    await expect(connection.run(async () => 2, 100)).resolves.toBe(2);
    expect(made).toHaveLength(1);
  });

  it.each([
    ['is late', never, /no answer within 20 ms/],
    ['fails', () => Promise.reject(new Error('READONLY')), /READONLY/],
  ])('drops a connection on which a command %s, and takes a new one for the next', async (_what, command, message) => {
    const { client, made } = createDeadClient();
    const connection = new OwnedConnection({ client, clock: systemClock });
    const outcome = connection.run<unknown>(command, 20);
    await expect(outcome).rejects.toThrow(message);
    await expect(outcome).rejects.toMatchObject({ code: 'ERR_REPLICATION_REDIS' });
    expect(made[0]?.disconnect).toHaveBeenCalledTimes(1);
    await connection.run(async () => 1, 100);
    expect(made).toHaveLength(2);
  });

  it('rejects what waits when it is closed, even when the client leaves it unsettled', async () => {
    const { client, made } = createDeadClient();
    const connection = new OwnedConnection({ client, clock: systemClock });
    const waiting = connection.run((redis) => redis.call('PING'), 60_000);
    connection.close();
    connection.close();
    await expect(waiting).rejects.toMatchObject({ code: 'ERR_REPLICATION_CLOSED' });
    await expect(connection.run(async () => 1, 100)).rejects.toMatchObject({ code: 'ERR_REPLICATION_CLOSED' });
    expect(made).toHaveLength(1);
    expect(made[0]?.disconnect).toHaveBeenCalled();
  });

  it('has the commands of one turn go out in one write', async () => {
    const steps: string[] = [];
    const stream = { cork: () => void steps.push('cork'), uncork: () => void steps.push('uncork') };
    const call = async (name: string): Promise<void> => void steps.push(name);
    const duplicate = (): RedisConnection => {
      const made = { call, callBuffer: call, duplicate, disconnect: () => {}, on: () => {}, stream };
      return made;
    };
    const connection = new OwnedConnection({ client: { call, callBuffer: call, duplicate }, clock: systemClock });
    const resumed = Promise.resolve();
    await Promise.all(
      ['a', 'b'].map(async (name) => {
        await resumed;
        await connection.run((redis) => redis.call(name), 100);
      }),
    );
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
    expect(steps).toEqual(['cork', 'a', 'cork', 'b', 'uncork', 'uncork']);
  });
});
