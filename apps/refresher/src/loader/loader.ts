import type { Loaded, LoadRequest, unchanged } from '@lockstep/refresh';

/** Gets the data of one source. */
export interface Loader extends AsyncDisposable {
  /** @throws RefresherError, or the reason of the request's signal. */
  load(request: LoadRequest): Promise<Loaded<unknown> | typeof unchanged>;
}
