/** What the ids of one source are made of, where its keys are made of the parameters of URLs. */
export interface IdParams {
  /**
   * Whether an id is one parameter as it is. Else the parameters in it are percent-encoded, but for letters, digits, `-`,
   * `_` and `.`: decoded, two different requests could have one id.
   */
  readonly isPlain: boolean;
  /** The decoded parameters of an id by name; undefined when no pattern has such ids. */
  read(id: string): Readonly<Record<string, string>> | undefined;
}

type ReadParams = (id: string) => Record<string, string> | undefined;

const PARAM = /\{([A-Za-z_]\w*)\}/;

/** Reads ids by the patterns of the keys of a source, such as `coupons:{shop}:{city}`. Those of other sources do not count. */
export function createIdParams(source: string, patterns: readonly string[]): IdParams {
  const prefix = `${source}:`;
  const own = new Set(patterns.filter((pattern) => pattern.startsWith(prefix)).map((key) => key.slice(prefix.length)));
  const [only = ''] = own;
  const [before, name, after] = only.split(PARAM);
  if (own.size === 1 && name !== undefined && before === '' && after === '') {
    return { isPlain: true, read: (id) => ({ [name]: id }) };
  }
  const readers = [...own].map(readerOf);
  return {
    isPlain: false,
    read(id) {
      for (const read of readers) {
        const params = read(id);
        if (params !== undefined) return params;
      }
      return undefined;
    },
  };
}

function readerOf(pattern: string): ReadParams {
  const pieces = pattern.split(PARAM);
  const names = pieces.filter((_piece, index) => index % 2 === 1);
  // What stands between two parameters has a character that no encoded value has.
  const shape = pieces.map((piece, index) => (index % 2 === 1 ? '([\\w.%-]*)' : escapeText(piece))).join('');
  const whole = new RegExp(`^${shape}$`);
  return (id) => {
    const found = whole.exec(id);
    if (found === null) return undefined;
    try {
      return Object.fromEntries(names.map((name, index) => [name, decodeURIComponent(found[index + 1]!)]));
    } catch {
      // Somebody has written it by hand.
      return undefined;
    }
  };
}

function escapeText(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`);
}
