import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { type Guardian, startGuardian } from './guardian.ts';
import { TestingError } from './testing-error.ts';

/** A private directory and the guardian that removes it. */
export interface Site {
  readonly dir: string;
  readonly guardian: Guardian;
}

/** Makes the directory that a server's own files live in. */
export async function makeSite(): Promise<Site> {
  const dir = await mkdtemp(join(tmpdir(), 'lockstep-'));
  try {
    return { dir, guardian: await startGuardian(dir) };
  } catch (error) {
    await rm(dir, { recursive: true, force: true });
    throw new TestingError('ERR_TESTING_START_FAILED', 'The guardian needs /bin/sh, which did not start', {
      cause: error,
    });
  }
}

/** Removes the directory and lets the guardian end, which kills what it was last told to watch. */
export async function closeSite({ dir, guardian }: Site): Promise<void> {
  try {
    await rm(dir, { recursive: true, force: true, maxRetries: 10 });
  } finally {
    await guardian.close();
  }
}
