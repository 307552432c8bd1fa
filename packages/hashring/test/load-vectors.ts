import { readFileSync } from 'node:fs';

import type { RingNode } from '../src/index.ts';

/** What a real client was asked and which server it chose. */
export interface Scenario {
  readonly id: string;
  readonly nodes: readonly RingNode[];
  /** Each key as it is hashed, and the index of the server that the client chose. */
  readonly cases: readonly (readonly [key: string, index: number])[];
}

interface VectorFile {
  readonly keys: readonly string[];
  readonly scenarios: readonly {
    readonly id: string;
    readonly options: { readonly prefix?: string; readonly hashWithPrefix?: boolean };
    readonly servers: readonly {
      readonly host?: string;
      readonly path?: string;
      readonly port?: number;
      readonly weight: number;
    }[];
    readonly keys?: readonly string[];
    readonly picks: readonly number[];
  }[];
}

/** Reads a file of test/vectors. Keys that the client refused (-1) are left out. */
export function loadVectors(name: string): Scenario[] {
  const file = JSON.parse(readFileSync(new URL(`vectors/${name}.json`, import.meta.url), 'utf8')) as VectorFile;
  return file.scenarios.map(({ id, options, servers, keys = file.keys, picks }) => {
    const prefix = options.hashWithPrefix === true ? (options.prefix ?? '') : '';
    return {
      id,
      nodes: servers.map(({ host, path, ...rest }) => ({ host: host ?? path ?? '', ...rest })),
      cases: keys.map((key, i) => [prefix + key, picks[i]!] as const).filter(([, index]) => index !== -1),
    };
  });
}
