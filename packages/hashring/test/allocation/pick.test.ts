import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

import { beforeAll, describe, expect, it } from 'vitest';

import { fleet } from '../laws/fleet.ts';
import { byDefault, everySubject, type Subject } from '../laws/subjects.ts';

const script = fileURLToPath(new URL('measure-picks.mjs', import.meta.url));
/** So large a young generation from the start that nothing is collected while it is measured. */
const FLAGS = ['--expose-gc', '--min-semi-space-size=128', '--max-semi-space-size=128'];
/** Less than one object in a hundred picks. */
const NOTHING = 0.1;
/** How often what did allocate is measured again. */
const AGAIN = 2;

let measured: readonly (readonly number[])[];

const isDefault = (title: string): boolean => byDefault.some((subject) => subject.title === title);

/** The lengths of keys. */
function lengthsOf(title: string): readonly number[] {
  return isDefault(title) ? [5, 20, 100, 250] : [20, 250];
}

function described({ title, options }: Subject): object {
  const hash = 'hash' in options ? options.hash : '';
  const form = hash === 'uint64' ? 'numbers' : hash === 'crc32c' ? 'pairs' : 'text';
  return { nodes: fleet(5), options, form, lengths: lengthsOf(title), picks: isDefault(title) ? 50_000 : 15_000 };
}

/** Bytes for a pick of each length, for each subject, seen in a process of its own. */
function measure(subjects: readonly object[]): readonly (readonly number[])[] {
  const { stdout, stderr } = spawnSync(process.execPath, [...FLAGS, script], {
    input: JSON.stringify(subjects),
    encoding: 'utf8',
  });
  if (stderr !== '') throw new Error(stderr);
  return JSON.parse(stdout) as number[][];
}

const isNothing = (bytes: readonly number[]): boolean => bytes.every((each) => each < NOTHING);

beforeAll(() => {
  const subjects = everySubject.map(described);
  const all = [...measure([...subjects, { ...described(byDefault[0]!), allocates: true }])];
  // What the compiler makes of a function depends on when it gets to it, and a busy machine may keep it from the rest
  // for a whole process. A pick that does allocate does so in every process, and alone, too.
  for (let again = 0; again < AGAIN; again++) {
    for (const [index, subject] of subjects.entries()) {
      if (!isNothing(all[index]!)) all[index] = measure([subject])[0]!;
    }
  }
  measured = all;
}, 300_000);

describe.each(everySubject.map(({ title }, index) => [title, index] as const))('%s', (title, index) => {
  it('allocates nothing to pick the node of an ASCII key of up to 250 bytes', () => {
    const bytes = measured[index]!.map((each, i) => `${lengthsOf(title)[i]}: ${each < NOTHING ? 0 : each}`);
    expect(bytes).toEqual(lengthsOf(title).map((length) => `${length}: 0`));
  });
});

describe('the measurement', () => {
  it('sees a single object of 24 bytes', () => {
    for (const bytes of measured.at(-1)!) expect(bytes).toBeGreaterThan(15);
  });
});
