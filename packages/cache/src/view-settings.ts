import type { CacheOptions } from './cache-options.ts';
import { type Codec, formOf, type ValueForm } from './codecs/codec.ts';
import { jsonCodec } from './codecs/json-codec.ts';
import type { ViewSettings } from './read/load-request.ts';
import type { Isolation, ValueOptions } from './view-options.ts';

const ISOLATIONS: readonly Isolation[] = ['share', 'freeze', 'clone'];
/** The last form of each codec: the shared tier reads together what has the same one. */
const forms = new WeakMap<Codec<unknown>, { readonly version: number; readonly form: ValueForm }>();

/**
 * How the values of a view are held and shared.
 *
 * @throws TypeError or RangeError for an option that makes no sense, and where `maxBytes` has no `sizeOf` to go by.
 */
export function viewSettings<Value>(
  place: Pick<ViewSettings, 'name' | 'ownTag' | 'space'>,
  options: ValueOptions<Value>,
  { maxBytes, sizeOf: ofCache }: Pick<CacheOptions, 'maxBytes' | 'sizeOf'>,
): ViewSettings {
  const { isolation = 'share', version = 0, shared = true } = options;
  const codec = (options.codec ?? jsonCodec) as Codec<unknown>;
  const sizeOf = (options.sizeOf ?? ofCache) as ViewSettings['sizeOf'];
  if (!ISOLATIONS.includes(isolation)) {
    throw new TypeError(`isolation must be one of ${ISOLATIONS.join(', ')}, got ${isolation}`);
  }
  if (maxBytes !== undefined && sizeOf === undefined) {
    throw new TypeError(`maxBytes needs sizeOf, in the cache or in ${where(place.name)}`);
  }
  return {
    ...place,
    codec,
    form: formOfCodec(codec, version),
    isolation,
    isShared: shared,
    sizeOf: maxBytes === undefined ? undefined : sizeOf,
  };
}

function where(name: string): string {
  return name === '' ? 'the call of getOrSet' : `the view "${name}"`;
}

function formOfCodec(codec: Codec<unknown>, version: number): ValueForm {
  const last = forms.get(codec);
  if (last?.version === version) return last.form;
  const form = formOf(codec, version);
  forms.set(codec, { version, form });
  return form;
}
