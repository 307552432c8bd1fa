import { findFreePort } from './free-port.ts';
import { closeSite, makeSite, type Site } from './site.ts';
import { type ServerKind, SupervisedServer } from './supervised-server.ts';
import { TestingError } from './testing-error.ts';
import type { ServerOptions } from './test-server.ts';

const ATTEMPTS = 5;

/** Starts a server on the port asked for, or on free ports until it wins the race for one. */
export async function startServer(
  options: ServerOptions,
  kindOf: (port: number, site: Site) => ServerKind,
): Promise<SupervisedServer> {
  checkOptions(options);
  options.signal?.throwIfAborted();
  for (let attempt = 1; ; attempt++) {
    const port = options.port ?? (await findFreePort());
    const site = await makeSite();
    try {
      return await startAt(site, kindOf(port, site), options.signal);
    } catch (error) {
      await closeSite(site);
      const lostRace = error instanceof TestingError && error.code === 'ERR_TESTING_PORT_IN_USE';
      if (!lostRace || options.port !== undefined || attempt === ATTEMPTS) throw error;
    }
  }
}

async function startAt(site: Site, kind: ServerKind, signal: AbortSignal | undefined): Promise<SupervisedServer> {
  const server = new SupervisedServer(kind, site);
  try {
    await server.start(signal);
    return server;
  } catch (error) {
    await server.close();
    throw error;
  }
}

function checkOptions({ port, timeoutMs }: ServerOptions): void {
  if (port !== undefined && !(Number.isInteger(port) && port > 0 && port < 65_536))
    throw new RangeError(`port must be between 1 and 65535, got ${port}`);
  if (timeoutMs !== undefined && !(timeoutMs > 0)) throw new RangeError(`timeoutMs must be positive, got ${timeoutMs}`);
}
