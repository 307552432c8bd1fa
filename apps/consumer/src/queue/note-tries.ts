import { ConsumerError } from '../consumer-error.ts';
import type { Message } from '../source/message.ts';
import type { SourceSession } from '../source/source.ts';
import type { Tries } from '../tries/tries.ts';
import { begun, ended, isSuspect } from './suspicion.ts';

/** A message whose attempt was noted before it began, and what was known before that. */
export interface NotedTry {
  readonly message: Message;
  readonly before: Tries;
}

type Notes = Pick<SourceSession, 'triesOf' | 'note'>;

/**
 * Notes that attempts begin at those messages that are in trouble, or were when the leader before died. The others cost
 * nothing.
 *
 * @throws ConsumerError `ERR_CONSUMER_STALE` or `ERR_CONSUMER_SOURCE`: then they are not to begin.
 */
export async function noteBegun(messages: readonly Message[], session: Notes): Promise<readonly NotedTry[]> {
  const noted = messages
    .map((message) => ({ message, before: session.triesOf(message) }))
    .filter(({ before }) => isSuspect(before));
  const notes = await Promise.allSettled(noted.map(({ message, before }) => session.note(message, begun(before))));
  const failed = notes.find((note) => note.status === 'rejected');
  if (failed !== undefined) {
    // Nothing begins, so nothing may be counted: not by this leader, who knows of them, and by the next one if it is heard.
    await takeBack(noted, session);
    throw failed.reason;
  }
  return noted;
}

/** Takes back what was noted: nothing came of the attempts, and nobody died of them. Never rejects. */
export async function takeBack(noted: readonly NotedTry[], session: Notes): Promise<void> {
  // Where that is not heard they count, as if the leader had died.
  await Promise.allSettled(noted.map(({ message, before }) => session.note(message, before)));
}

/**
 * Notes that attempts have ended, and that one message was refused, where that is known. What is not heard is known to
 * this leader alone.
 *
 * @throws ConsumerError `ERR_CONSUMER_STALE`.
 */
export async function noteEnded(
  noted: readonly NotedTry[],
  refused: Message | undefined,
  session: Notes,
): Promise<void> {
  const messages = new Set(noted.map(({ message }) => message));
  if (refused !== undefined) messages.add(refused);
  const notes = Array.from(messages, async (message) => {
    try {
      await session.note(message, ended(session.triesOf(message), message === refused));
    } catch (error) {
      if (!(error instanceof ConsumerError) || error.code !== 'ERR_CONSUMER_SOURCE') throw error;
    }
  });
  await Promise.all(notes);
}
