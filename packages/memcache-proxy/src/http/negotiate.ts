/** The forms that an answer may have. */
export interface Forms<T extends string> {
  /** By the media types that clients know them by, in lower case. */
  readonly types: Readonly<Record<string, T>>;
  /** Where anything is taken, and without a header. */
  readonly fallback: T;
  /** By the ranges of types that stand for them. @default none */
  readonly ranges?: Readonly<Record<string, T>>;
}

/**
 * The form that an Accept header asks for: the one with the highest `q`, among equals the one that is named most
 * precisely, then the first; the fallback where it takes anything; undefined where it takes none of them (RFC 9110, section
 * 12.5.1).
 */
export function negotiate<T extends string>(accept: string | undefined, forms: Forms<T>): T | undefined {
  if (accept === undefined || accept.trim() === '') return forms.fallback;
  let best: Offer<T> | undefined;
  const refused = new Set<T>();
  for (const offer of accept.split(',').map((range) => parseRange(range, forms))) {
    const { form, quality, rank } = offer;
    if (form === undefined) continue;
    if (quality === 0) {
      if (rank === 3) refused.add(form);
      continue;
    }
    if (best === undefined || quality > best.quality || (quality === best.quality && rank > best.rank)) best = offer;
  }
  if (best?.form === undefined || !refused.has(best.form)) return best?.form;
  return Object.values(forms.types).find((form) => !refused.has(form));
}

interface Offer<T> {
  readonly form: T | undefined;
  readonly quality: number;
  /** 3 for a type by its name, 2 for a range of types, 1 for any. */
  readonly rank: number;
}

function parseRange<T extends string>(range: string, { types, fallback, ranges = {} }: Forms<T>): Offer<T> {
  const [name = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
  const weight = parameters.find((parameter) => parameter.startsWith('q='));
  const asked = weight === undefined ? 1 : Number(weight.slice(2));
  const quality = asked >= 0 && asked <= 1 ? asked : 0;
  if (name === '*/*') return { form: fallback, quality, rank: 1 };
  if (Object.hasOwn(ranges, name)) return { form: ranges[name], quality, rank: 2 };
  return { form: Object.hasOwn(types, name) ? types[name] : undefined, quality, rank: 3 };
}
