import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';

import { startMemcached } from '@lockstep/testing';
import { expect, it, onTestFinished } from 'vitest';

const resolve = createRequire(import.meta.url).resolve;

it('has a first example that runs as it is, in every Node', async () => {
  const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8');
  const example = /```ts\n([^]*?)```/.exec(readme)![1]!;
  await using first = await startMemcached();
  await using second = await startMemcached();
  const directory = await mkdtemp(join(tmpdir(), 'readme-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  const file = join(directory, 'example.mjs');
  const code = example
    .replace('11211', `${first.port}`)
    .replace('11212', `${second.port}`)
    .replaceAll(/'(@lockstep\/[a-z]+)'/g, (_, name: string) => `'${pathToFileURL(resolve(name)).href}'`);
  expect(code).not.toMatch(/@lockstep|1121[12]/);
  await writeFile(file, code);
  const { stdout } = await promisify(execFile)(process.execPath, [file], { timeout: 20_000 });
  expect(stdout).toBe('Ada 1 undefined\n');
});
