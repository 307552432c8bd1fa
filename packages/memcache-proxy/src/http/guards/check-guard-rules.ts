import { AddressLists, type AddressRules } from './address-lists.ts';
import { checkRateRules, type RateRules } from './rate-rules.ts';
import { type TokenRules, TokenTable } from './token-table.ts';

/** What `guards.lists`, `guards.tokens` and `guards.limits` of an app can be replaced by. */
export interface GuardRuleSet {
  readonly lists: AddressRules;
  readonly tokens: TokenRules;
  readonly limits: RateRules;
}

/**
 * What is wrong with rules before anything is replaced by them: a line for each of the three that the guards
 * would refuse. Whether the routes of `limits.perRoute` are there only the guards themselves can say.
 */
export function findGuardProblems({ lists, tokens, limits }: GuardRuleSet): string[] {
  return [() => new AddressLists(lists), () => new TokenTable(tokens), () => checkRateRules(limits)].flatMap(
    (check) => {
      try {
        check();
        return [];
      } catch (error) {
        return [(error as Error).message];
      }
    },
  );
}
