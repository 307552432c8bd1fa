import { EventEmitter } from 'node:events';

import type { RedisConnection } from '@lockstep/core';
import { expect, it } from 'vitest';

import { createBeatLink } from '../../src/redis/beat-link.ts';
import { createOwnedConnection } from '../../src/redis/owned-connection.ts';

class FakeClient extends EventEmitter implements RedisConnection {
  readonly made: FakeClient[];
  isClosed = false;

  constructor(made: FakeClient[] = []) {
    super();
    this.made = made;
    made.push(this);
  }

  duplicate(): RedisConnection {
    return new FakeClient(this.made);
  }

  disconnect(): void {
    this.isClosed = true;
  }

  call = async (): Promise<unknown> => null;
  callBuffer = this.call;
  subscribe = this.call;
  unsubscribe = this.call;
}

it('gives a connection up after two failures over it, and not for those of the one before it', () => {
  const given = new FakeClient();
  const link = createBeatLink(given, createOwnedConnection(given));
  // Four shards ask at once.
  const asked = Array.from({ length: 4 }, () => link.client);
  link.failed(asked[0]!);
  expect(link.client).toBe(given);
  link.failed(asked[1]!);
  const own = link.client;
  expect(own).not.toBe(given);
  // They were asked over the client that was given up.
  link.failed(asked[2]!);
  link.failed(asked[3]!);
  expect(link.client).toBe(own);
  link.failed(own);
  link.failed(own);
  expect(link.client).not.toBe(own);
  expect(given.made.map(({ isClosed }) => isClosed)).toEqual([false, true, false]);
});
