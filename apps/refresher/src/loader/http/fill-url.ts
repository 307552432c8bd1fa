import { RefresherError } from '../../refresher-error.ts';

const place = '{id}';

/**
 * The URL for an id: percent-encoded, and refused where it would be another path than the one that is written.
 *
 * @throws RefresherError `ERR_REFRESHER_ID`.
 */
export function fillUrl(template: string, id: string): URL {
  const wantsId = template.includes(place);
  if (wantsId && id === '')
    throw new RefresherError('ERR_REFRESHER_ID', 'the source needs an id, and the key has none');
  if (!wantsId && id !== '') throw new RefresherError('ERR_REFRESHER_ID', 'the source has no ids, and the key has one');
  let text: string;
  try {
    text = template.replaceAll(place, () => encodeURIComponent(id));
  } catch (error) {
    throw new RefresherError('ERR_REFRESHER_ID', 'the id is no well-formed text', { cause: error });
  }
  const url = new URL(text);
  // An id such as `..` is not encoded by anything, and would be taken as a step up.
  if (dotSegments(text) !== dotSegments(template)) {
    throw new RefresherError('ERR_REFRESHER_ID', 'the id would change the path of the URL');
  }
  return url;
}

function dotSegments(text: string): number {
  const [path = ''] = text.split(/[?#]/, 1);
  return path.split('/').filter((segment) => /^\.{1,2}$/.test(segment.replaceAll(/%2e/gi, '.'))).length;
}
