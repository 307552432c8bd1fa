import type { IdParams, LoadRequest } from '@lockstep/refresh';

import { RefresherError } from '../refresher-error.ts';

/** What a loader of the topology is asked for. */
export interface SourceRequest extends LoadRequest {
  /** The decoded parameters that the id was made of by the template of the proxy; none where it is of no template. */
  readonly params: Readonly<Record<string, string>>;
}

/** A request for an id of which the parameters are known. */
export function toSourceRequest(request: LoadRequest, ids: Pick<IdParams, 'read'>): SourceRequest {
  return { ...request, params: ids.read(request.id) ?? {} };
}

/**
 * What stands at the place `{name}` of a URL or a query: the whole id, or a parameter of it.
 *
 * @throws RefresherError `ERR_REFRESHER_ID` where the key has none.
 */
export function valueOf(name: string, { id, params }: Pick<SourceRequest, 'id' | 'params'>): string {
  if (name === 'id') {
    if (id === '') throw new RefresherError('ERR_REFRESHER_ID', 'the source needs an id, and the key has none');
    return id;
  }
  const value = Object.hasOwn(params, name) ? params[name] : undefined;
  if (value === undefined) {
    throw new RefresherError('ERR_REFRESHER_ID', `the source needs the parameter ${name}, and the key has none`);
  }
  return value;
}

/** @throws RefresherError `ERR_REFRESHER_ID` for an id that a source without places would not look at. */
export function assertNoId({ id }: Pick<SourceRequest, 'id'>): void {
  if (id !== '') throw new RefresherError('ERR_REFRESHER_ID', 'the source has no ids, and the key has one');
}
