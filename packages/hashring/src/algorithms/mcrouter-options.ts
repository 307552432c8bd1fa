import type { McrouterKeyPart } from '../keys/mcrouter-key.ts';
import { oneOf, type OptionRules, text } from './option-rules.ts';

/** Options of every `mcrouter-…` algorithm. */
export interface McrouterOptions {
  /** Hashed behind every key: the route's `salt`. @default '' */
  readonly salt?: string;
  /**
   * What of a key is hashed: `routing`, what mcrouter hashes of the key that its client sent, without a prefix
   * `/region/cluster/` and up to a hash stop `|#|`; or `whole`, where keys are routing keys already. @default 'routing'
   */
  readonly keyPart?: McrouterKeyPart;
}

/** Their rules. */
export const mcrouterOptions: OptionRules<McrouterOptions> = {
  salt: text(),
  keyPart: oneOf('routing', ['routing', 'whole']),
};
