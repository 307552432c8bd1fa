import type { Loaded, unchanged } from '@lockstep/refresh';

import type { SourceRequest } from './source-request.ts';

/** Gets the data of one source. */
export interface Loader extends AsyncDisposable {
  /** @throws RefresherError, or the reason of the request's signal. */
  load(request: SourceRequest): Promise<Loaded<unknown> | typeof unchanged>;
}
