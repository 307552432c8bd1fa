import { RefresherError } from '../../refresher-error.ts';
import { assertNoId, type SourceRequest, valueOf } from '../source-request.ts';

const place = /\{([A-Za-z_]\w*)\}/g;

/**
 * The URL for an id, with `{id}` and `{name}` percent-encoded; refused where it would be another path than the one that
 * is written.
 *
 * @throws RefresherError `ERR_REFRESHER_ID`.
 */
export function fillUrl(template: string, request: Pick<SourceRequest, 'id' | 'params'>): URL {
  let places = 0;
  const text = template.replaceAll(place, (_whole, name: string) => {
    places++;
    const value = valueOf(name, request);
    if (value === '') throw new RefresherError('ERR_REFRESHER_ID', `the parameter ${name} is empty`);
    return encode(value);
  });
  if (places === 0) assertNoId(request);
  const url = new URL(text);
  // An id such as `..` is not encoded by anything, and would be taken as a step up.
  if (dotSegments(text) !== dotSegments(template)) {
    throw new RefresherError('ERR_REFRESHER_ID', 'the id would change the path of the URL');
  }
  return url;
}

function encode(value: string): string {
  try {
    return encodeURIComponent(value);
  } catch (error) {
    throw new RefresherError('ERR_REFRESHER_ID', 'the id is no well-formed text', { cause: error });
  }
}

function dotSegments(text: string): number {
  const [path = ''] = text.split(/[?#]/, 1);
  return path.split('/').filter((segment) => /^\.{1,2}$/.test(segment.replaceAll(/%2e/gi, '.'))).length;
}
