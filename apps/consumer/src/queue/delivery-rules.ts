/** How the front of a lane is taken to the sink. */
export interface DeliveryRules {
  /** How many messages go together. */
  readonly batch: number;
  readonly retry: { readonly minMs: number; readonly maxMs: number };
  readonly poison: { readonly tries: number; readonly action: 'bury' | 'stop' };
}
