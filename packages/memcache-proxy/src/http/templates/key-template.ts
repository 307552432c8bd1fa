/** How one parameter of a template is made ready for the key. Rules apply in the order in which they stand here. */
export interface KeyParam {
  /** Spaces around the value are cut off. @default true */
  readonly trim?: boolean;
  /** Letters become small. @default false */
  readonly lowercase?: boolean;
  /** Several values, separated by commas or given several times: sorted, each once. The rules below hold for each. @default false */
  readonly list?: boolean;
  /** Stands in for a value that is missing or empty. @default none: the request is refused with 400 */
  readonly default?: string;
  /** The longest value, in characters. @default 100 */
  readonly maxLength?: number;
  /** A whole number; leading zeros and `+` are cut off. @default false */
  readonly integer?: boolean;
  /** The least integer. */
  readonly min?: number;
  /** The largest integer. */
  readonly max?: number;
  /** The values that there are. @default all */
  readonly allow?: readonly string[];
  /** A regular expression that the whole value must match. @default none */
  readonly pattern?: string;
}

/** A route that turns a URL into a key. */
export interface KeyTemplate {
  /** Such as `/shops/:shop/coupons?city=:city&page=:page`. */
  readonly url: string;
  /** Such as `coupons:{shop}:{city}:{page}`, with every parameter of the URL. */
  readonly key: string;
  /** Rules for the parameters, by name. @default {} */
  readonly params?: Readonly<Record<string, KeyParam>>;
  /** The time to live of values that are put without one. @default 0: for ever */
  readonly ttlSeconds?: number;
  /** `PUT` and `DELETE` too. @default false */
  readonly isWritable?: boolean;
  /** What becomes of parameters of the query that are not in the URL. @default 'ignore' */
  readonly unknownParams?: 'ignore' | 'refuse';
  /** Parameters of the query that whoever reads the template in place of the pools takes; the key has none of them. @default [] */
  readonly readerParams?: readonly string[];
}
