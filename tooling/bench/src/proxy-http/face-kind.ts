import type { Params } from '../harness/bench-case.ts';
import type { ServerProcess } from '../harness/server-process.ts';

/** Something that serves `GET /v1/cache/:key` from memcached. */
export interface FaceKind {
  readonly name: string;
  /** What its clients show. @default nothing */
  readonly token?: string;
  /** Starts it on the core for contestants. */
  start(params: Params): Promise<ServerProcess>;
}
