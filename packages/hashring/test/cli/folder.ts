import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { onTestFinished } from 'vitest';

/** Writes files to a folder that is gone after the test, and returns the path of each. */
export function files<const Name extends string>(contents: Readonly<Record<Name, string>>): Record<Name, string> {
  const folder = mkdtempSync(join(tmpdir(), 'hashring-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const paths = Object.entries<string>(contents).map(([name, content]) => {
    writeFileSync(join(folder, name), content);
    return [name, join(folder, name)];
  });
  return Object.fromEntries(paths) as Record<Name, string>;
}
