import type { CallOptions, Key } from '../driver/driver.ts';
import type { Member } from './member.ts';
import type { NodeAnswer } from './node-answer.ts';

/**
 * Asks all members at once and yields their answers as they arrive. A consumer that stops early ends the
 * calls that are still open.
 *
 * @throws the reason of `options.signal` once it is aborted.
 */
export async function* readEverywhere(
  members: readonly Member[],
  key: Key,
  { signal, ...options }: CallOptions = {},
): AsyncGenerator<NodeAnswer, void, undefined> {
  signal?.throwIfAborted();
  const stopped = new AbortController();
  const answers: NodeAnswer[] = [];
  let wake = (): void => {};
  const callOptions: CallOptions = {
    ...options,
    signal: signal === undefined ? stopped.signal : AbortSignal.any([signal, stopped.signal]),
  };
  const onAbort = (): void => wake();
  signal?.addEventListener('abort', onAbort, { once: true });
  const collect = async (member: Member): Promise<void> => {
    answers.push(await ask(member, key, callOptions));
    wake();
  };
  for (const member of members) void collect(member);
  try {
    for (let left = members.length; left > 0;) {
      signal?.throwIfAborted();
      const answer = answers.shift();
      if (answer === undefined) {
        await new Promise<void>((resolve) => (wake = resolve));
        continue;
      }
      left--;
      yield answer;
    }
  } finally {
    signal?.removeEventListener('abort', onAbort);
    stopped.abort();
  }
}

/** Never rejects. */
async function ask(member: Member, key: Key, options: CallOptions): Promise<NodeAnswer> {
  const { node } = member;
  try {
    if (!member.serves()) throw member.refusal();
    // Not `get`: that would take the right to refresh a stale value from those who need it.
    const [item] = await member.track(member.driver.getMany([key], options));
    return item === undefined ? { node } : { node, item };
  } catch (error) {
    return { node, error };
  }
}
