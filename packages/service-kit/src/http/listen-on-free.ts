import type { ListenAddress } from '../topology/proxy-topology.ts';
import type { AdminServer } from './admin-server.ts';

/** Listens on the first of the addresses that nobody has taken. @throws what the last of them failed with. */
export async function listenOnFree(
  admin: Pick<AdminServer, 'listen'>,
  addresses: readonly ListenAddress[],
): Promise<string> {
  for (const [at, address] of addresses.entries()) {
    try {
      return await admin.listen(address);
    } catch (error) {
      if (at + 1 === addresses.length || (error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    }
  }
  throw new TypeError('there is no address to listen on');
}
