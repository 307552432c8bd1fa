import { Redis } from 'ioredis';

/** A client that comes back at once after a fault, and never ends the run by an `error` event. */
export function connectRedis(port: number): Redis & Disposable {
  const client = new Redis({ host: '127.0.0.1', port, retryStrategy: () => 50 });
  client.on('error', () => {
    // Expected while a test stops the server; commands reject on their own.
  });
  return Object.assign(client, { [Symbol.dispose]: () => client.disconnect() });
}
