import type { NodeAnswer } from './quorum-node.ts';

/** What most nodes say: `split` and `silent` when there is no such majority, for others' claims or for want of answers. */
export type Verdict = 'yes' | 'no' | 'split' | 'silent';

/**
 * Waits until the answers decide, and not for the rest. `yes`: a majority said so. `no`: so many refused that they are a
 * majority without the others. `silent`: too few answered for any majority.
 */
export function askQuorum(answers: readonly Promise<NodeAnswer>[]): Promise<Verdict> {
  const quorum = Math.floor(answers.length / 2) + 1;
  const spare = answers.length - quorum;
  const count = { yes: 0, no: 0, silent: 0 };
  return new Promise((resolve, reject) => {
    const take = (answer: NodeAnswer): void => {
      count[answer] += 1;
      const open = answers.length - count.yes - count.no - count.silent;
      if (count.yes >= quorum) resolve('yes');
      else if (count.no > spare) resolve('no');
      else if (count.silent > spare) resolve('silent');
      // Neither side can win any more: nobody waits to hear which nodes would have answered.
      else if (count.yes + open < quorum && count.no + open <= spare) resolve('split');
      else if (open === 0) resolve('split');
    };
    for (const answer of answers) answer.then(take, reject);
  });
}
