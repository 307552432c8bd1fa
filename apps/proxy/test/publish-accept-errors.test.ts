import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { createServer } from 'node:http';

import { FAILURE_CHANNEL } from '@lockstep/memcache-proxy';
import { expect, it } from 'vitest';

import { publishAcceptErrors } from '../src/publish-accept-errors.ts';

it('publishes that a client could not be let in, which would end the process', () => {
  const heard: unknown[] = [];
  const listen = (message: unknown): void => void heard.push(message);
  subscribe(FAILURE_CHANNEL, listen);
  try {
    const server = createServer();
    publishAcceptErrors(server);
    const error = Object.assign(new Error('accept ENFILE'), { code: 'ENFILE' });
    // As node:net does with what accept(2) fails with.
    server.emit('error', error);
    expect(heard).toEqual([{ operation: 'accept', error }]);
  } finally {
    unsubscribe(FAILURE_CHANNEL, listen);
  }
});
