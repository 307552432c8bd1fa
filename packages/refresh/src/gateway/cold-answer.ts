import type { Content } from '../store/content.ts';

/** What became of an entry that was missing: it was loaded here, or it is in the store now. */
export type ColdAnswer =
  | {
      readonly kind: 'loaded';
      readonly content: Content;
      readonly ttlMs: number;
      /** When its load began, by the monotonic clock. */
      readonly at: number;
      /** It was invalidated while it was loaded, and is not stored. */
      readonly isSuperseded: boolean;
    }
  | { readonly kind: 'there' };
