/** Reads the values of a php.ini, which `ini_get` has as text. What is none of them is left as it is. */
export const fromIni: {
  /** `On`, `yes`, `true` and `1` for true; `Off`, `no`, `false`, `none`, `0` and nothing for false. */
  readonly flag: (value: unknown) => unknown;
  readonly number: (value: unknown) => unknown;
} = {
  flag(value) {
    if (/^(?:on|yes|true|1)$/i.test(String(value))) return true;
    return /^(?:off|no|false|none|0|)$/i.test(String(value)) ? false : value;
  },
  number: (value) => (typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value),
};
