import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';

/** The only address that anything here listens on. */
export const LOOPBACK = '127.0.0.1';

// Below the range that Linux and macOS hand to outgoing connections. A port from that range could
// be taken by any client while a server is down between stop and restart, and a client that dials
// a dead port of that range can even connect to itself.
const FIRST_PORT = 15_000;
const LAST_PORT = 32_000;
// Test files that run side by side choose from ports of their own: a server that is down between stop and restart
// must not lose its port to a neighbour. Vitest numbers its workers from 1.
const SLICES = 8;
const SLICE_SIZE = Math.floor((LAST_PORT - FIRST_PORT) / SLICES);
const FIRST_OF_SLICE = FIRST_PORT + (Number(process.env['VITEST_POOL_ID'] ?? 0) % SLICES) * SLICE_SIZE;
const ATTEMPTS = 100;

/** Binds `server` to a free loopback port and returns that port. */
export async function listenOnFreePort(server: Server): Promise<number> {
  for (let attempt = 1; ; attempt++) {
    const port = randomInt(FIRST_OF_SLICE, FIRST_OF_SLICE + SLICE_SIZE);
    try {
      await listenOn(server, port);
      return port;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE' || attempt === ATTEMPTS) throw error;
    }
  }
}

/** Binds `server` to one loopback port, or rejects with the system's error. */
export async function listenOn(server: Server, port: number): Promise<void> {
  server.listen(port, LOOPBACK);
  await once(server, 'listening');
}

/** A loopback port that was free a moment ago; whoever binds it must be ready to lose the race. */
export async function findFreePort(): Promise<number> {
  const server = createServer();
  const port = await listenOnFreePort(server);
  server.close();
  await once(server, 'close');
  return port;
}
