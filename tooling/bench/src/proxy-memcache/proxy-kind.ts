import type { Params } from '../harness/bench-case.ts';
import type { ServerProcess } from '../harness/server-process.ts';

/** Something that speaks the memcached protocol in front of memcached. */
export interface ProxyKind {
  readonly name: string;
  /** Starts it on the core for contestants. */
  start(params: Params): Promise<ServerProcess>;
}
