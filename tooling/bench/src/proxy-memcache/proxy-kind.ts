import type { Params } from '../harness/bench-case.ts';
import type { ServerProcess } from '../harness/server-process.ts';
import type { ConnectClient } from './load.ts';

/** A proxy that is there. */
export interface ProxyProcess extends ServerProcess {
  /** How clients connect to it. @default plain TCP to the port */
  readonly connect?: ConnectClient;
}

/** Something that speaks the memcached protocol in front of memcached. */
export interface ProxyKind {
  readonly name: string;
  /** Starts it on the core for contestants. */
  start(params: Params): Promise<ProxyProcess>;
}
