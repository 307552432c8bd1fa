import { connect, isIP, type Socket } from 'node:net';
import { connect as connectTls, type ConnectionOptions } from 'node:tls';

import { defaultPort, type NodeAddress } from '../driver/node-address.ts';
import type { ResolvedTransportOptions } from './transport-options.ts';

/** A socket that is being connected. */
export interface OpenSocket {
  /** What is written to and read from. */
  readonly socket: Socket;
  /** Closes it so that the kernel drops what it has not delivered, where the transport can do that. */
  readonly reset: () => void;
}

/** Starts to connect to a node. A host name is resolved anew each time. */
export function openSocket(
  address: NodeAddress,
  { tls, lookup }: Pick<ResolvedTransportOptions, 'tls' | 'lookup'>,
): OpenSocket {
  const isUnix = 'socketPath' in address;
  const plain = isUnix
    ? connect({ path: address.socketPath })
    : connect({
        host: address.host,
        port: address.port ?? defaultPort,
        noDelay: true,
        ...(lookup === undefined ? {} : { lookup }),
      });
  const reset = (): void => {
    // Unix sockets know no reset, and what is not connected has nothing to deliver.
    if (isUnix || plain.connecting) plain.destroy();
    else plain.resetAndDestroy();
  };
  if (tls === undefined) return { socket: plain, reset };
  // SNI takes names only; a certificate for an IP address is checked against the host all the same.
  const host = isUnix ? undefined : address.host;
  const servername = host === undefined || isIP(host) !== 0 ? undefined : host;
  const socket = secure(plain, {
    ...(host === undefined ? {} : { host }),
    ...(servername === undefined ? {} : { servername }),
    ...tls,
  });
  return {
    socket,
    reset() {
      reset();
      socket.destroy();
    },
  };
}

/** TLS over the socket, which goes down with it. */
function secure(plain: Socket, options: ConnectionOptions): Socket {
  try {
    return connectTls({ socket: plain, ...options });
  } catch (error) {
    plain.destroy();
    throw error;
  }
}
