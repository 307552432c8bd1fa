import { appendFile, mkdir, mkdtemp, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, describe, expect, it } from 'vitest';

import { createFileSource } from '../../src/source/file-source.ts';
import { type TopologyWatch, watchTopology } from '../../src/source/watch-topology.ts';
import { sample } from '../topology/sample.ts';

const directories: string[] = [];
const watches: TopologyWatch[] = [];
const sources: { close(): Promise<void> }[] = [];

afterEach(async () => {
  for (const watch of watches.splice(0)) await watch.close();
  for (const source of sources.splice(0)) await source.close();
  for (const directory of directories.splice(0)) await rm(directory, { recursive: true });
});

async function makeDirectory(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'lockstep-watch-'));
  directories.push(path);
  return path;
}

const withClass = (prefix: string): string => `${sample}  - { prefix: "${prefix}", policy: none }\n`;

/** Watches a file, with a poll so rare that it can play no part. */
async function watchFile(path: string, onChange?: () => Promise<void>) {
  const source = createFileSource(path);
  sources.push(source);
  const text = (await source.read()) ?? '';
  const changes: string[] = [];
  const problems: string[] = [];
  const watch = watchTopology(source, {
    text,
    pollMs: 3_600_000,
    async onChange({ classes }) {
      await onChange?.();
      changes.push(classes.at(-1)!.prefix);
    },
    onProblem: (lines) => void problems.push(...lines),
  });
  watches.push(watch);
  return { changes, problems, watch };
}

const soon = { timeout: 10_000, interval: 10 };

describe('watchTopology of a file', () => {
  it('hears of a file that is written over, renamed into place and appended to', async () => {
    const path = join(await makeDirectory(), 't.yaml');
    await writeFile(path, sample);
    const { changes } = await watchFile(path);
    await writeFile(path, withClass('one:'));
    await expect.poll(() => [...changes], soon).toEqual(['one:']);
    await writeFile(`${path}.new`, withClass('two:'));
    await rename(`${path}.new`, path);
    await expect.poll(() => [...changes], soon).toEqual(['one:', 'two:']);
    await appendFile(path, '  - { prefix: "three:", policy: none }\n');
    await expect.poll(() => [...changes], soon).toEqual(['one:', 'two:', 'three:']);
  });

  it('hears of a symbolic link that is swapped, as Kubernetes does with a ConfigMap', async () => {
    const root = await makeDirectory();
    for (const version of ['v1', 'v2', 'v3']) {
      await mkdir(join(root, version));
      await writeFile(join(root, version, 't.yaml'), withClass(`${version}:`));
    }
    const swap = async (version: string): Promise<void> => {
      await symlink(version, join(root, '..data_tmp'));
      await rename(join(root, '..data_tmp'), join(root, '..data'));
    };
    await swap('v1');
    await symlink('..data/t.yaml', join(root, 't.yaml'));
    const { changes } = await watchFile(join(root, 't.yaml'));
    await swap('v2');
    await expect.poll(() => [...changes], soon).toEqual(['v2:']);
    await rm(join(root, 'v1'), { recursive: true });
    await swap('v3');
    await expect.poll(() => [...changes], soon).toEqual(['v2:', 'v3:']);
  });

  it('hears of a change behind a symbolic link', async () => {
    const [front, back] = [await makeDirectory(), await makeDirectory()];
    await writeFile(join(back, 'real.yaml'), sample);
    await symlink(join(back, 'real.yaml'), join(front, 't.yaml'));
    const { changes } = await watchFile(join(front, 't.yaml'));
    await writeFile(join(back, 'real.yaml'), withClass('behind:'));
    await expect.poll(() => [...changes], soon).toEqual(['behind:']);
  });

  it('refuses a bad version with all its problems, and takes the next good one', async () => {
    const path = join(await makeDirectory(), 't.yaml');
    await writeFile(path, sample);
    const { changes, problems } = await watchFile(path);
    await writeFile(path, sample.replace('version: 1', 'version: 2').replace('ketama', 'ketema'));
    await expect.poll(() => problems.length, soon).toEqual(2);
    expect(problems[0]).toContain('t.yaml:1:10: version is 2');
    expect(problems[1]).toMatch(/t\.yaml:6:13: regions\.east\.pool\.hash: algorithm must be one of/);
    await writeFile(path, withClass('good:'));
    await expect.poll(() => [...changes], soon).toEqual(['good:']);
    expect(problems).toHaveLength(2);
  });

  it('does nothing for the same content again, also after a bad version', async () => {
    const path = join(await makeDirectory(), 't.yaml');
    await writeFile(path, sample);
    const { changes, problems } = await watchFile(path);
    await writeFile(path, 'nonsense');
    await expect.poll(() => problems.length, soon).toEqual(1);
    await writeFile(path, sample);
    await writeFile(`${path}.new`, await readFile(path));
    await rename(`${path}.new`, path);
    await writeFile(path, withClass('after:'));
    await expect.poll(() => [...changes], soon).toEqual(['after:']);
    expect(problems).toHaveLength(1);
  });

  it('tells once that the file is gone, and hears of its return', async () => {
    const path = join(await makeDirectory(), 't.yaml');
    await writeFile(path, sample);
    const { changes, problems } = await watchFile(path);
    await rm(path);
    await expect
      .poll(() => problems, soon)
      .toEqual([`${path}: there is no such file; --config must name a topology file`]);
    await writeFile(path, withClass('back:'));
    await expect.poll(() => [...changes], soon).toEqual(['back:']);
    expect(problems).toHaveLength(1);
  });

  it('refuses a version whose taking fails, and says why', async () => {
    const path = join(await makeDirectory(), 't.yaml');
    await writeFile(path, sample);
    const { changes, problems } = await watchFile(path, async () => {
      if (problems.length === 0) throw new Error('not now');
    });
    await writeFile(path, withClass('first:'));
    await expect.poll(() => problems, soon).toEqual(['not now']);
    await writeFile(path, withClass('second:'));
    await expect.poll(() => [...changes], soon).toEqual(['second:']);
  });

  it('takes versions one after another, and the last one always', async () => {
    const path = join(await makeDirectory(), 't.yaml');
    await writeFile(path, sample);
    let running = 0;
    let most = 0;
    const { changes } = await watchFile(path, async () => {
      most = Math.max(most, ++running);
      await new Promise((resolve) => setImmediate(resolve));
      running--;
    });
    for (let version = 0; version < 50; version++) await writeFile(path, withClass(`v${version}:`));
    await expect.poll(() => changes.at(-1), soon).toEqual('v49:');
    expect(most).toBe(1);
  });

  it('ends with close, and hears nothing after it', async () => {
    const path = join(await makeDirectory(), 't.yaml');
    await writeFile(path, sample);
    const { changes, watch } = await watchFile(path);
    await watch.close();
    const other = await watchFile(path);
    await writeFile(path, withClass('late:'));
    await expect.poll(() => other.changes, soon).toEqual(['late:']);
    expect(changes).toEqual([]);
  });
});
