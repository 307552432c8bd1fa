import type { Socket } from 'node:net';

import type { Params } from '../harness/bench-case.ts';
import type { ServerProcess } from '../harness/server-process.ts';

/** A proxy that is there. */
export interface ProxyProcess extends ServerProcess {
  /** Resolves with a socket that the proxy takes commands from. @default plain TCP to the port */
  readonly connect?: () => Promise<Socket>;
}

/** Something that speaks the memcached protocol in front of memcached. */
export interface ProxyKind {
  readonly name: string;
  /** Starts it on the core for contestants. */
  start(params: Params): Promise<ProxyProcess>;
}
