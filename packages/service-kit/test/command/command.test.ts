import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { describe, expect, it, onTestFinished } from 'vitest';

import { parseCommandLine, requireRegion } from '../../src/command/command-line.ts';
import { readCommandRegion } from '../../src/command/read-command-region.ts';
import { runCommand } from '../../src/command/run-command.ts';
import { ServiceError } from '../../src/service-error.ts';
import { sample } from '../topology/sample.ts';

const command = 'lockstep-x look';
const options = { config: { type: 'string' }, region: { type: 'string' }, json: { type: 'boolean' } } as const;

async function run(work: () => Promise<number>): Promise<{ code: number; printed: string }> {
  let printed = '';
  const stderr = { write: (text: string) => void (printed += text) };
  return { code: await runCommand(command, { stderr }, work), printed };
}

describe('a command for operators', () => {
  it('ends with the code of its work', async () => {
    await expect(run(() => Promise.resolve(1))).resolves.toEqual({ code: 1, printed: '' });
  });

  it.each([
    [['--colour'], "lockstep-x look: Unknown option '--colour' (--help says more)\n"],
    [['--json=yes'], "lockstep-x look: Option '--json' does not take an argument (--help says more)\n"],
    [[], 'lockstep-x look: --config FILE is missing (--help says more)\n'],
    [['--config', 'x.yaml'], 'lockstep-x look: --region NAME is missing (--help says more)\n'],
    [['--config='], 'lockstep-x look: --config FILE is missing (--help says more)\n'],
  ])('answers the arguments %j with one line and code 2', async (args, printed) => {
    const work = (): Promise<number> => {
      requireRegion(command, parseCommandLine(command, { args, options }).values);
      return Promise.resolve(0);
    };
    await expect(run(() => Promise.resolve().then(work))).resolves.toEqual({ code: 2, printed });
  });

  it('prints every problem of a topology, and ends with code 1', async () => {
    const error = new ServiceError('ERR_SERVICE_KIT_TOPOLOGY', ['one', 'two']);
    await expect(run(() => Promise.reject(error))).resolves.toEqual({ code: 1, printed: 'one\ntwo\n' });
  });

  it('prints what else was thrown after its name, and ends with code 1', async () => {
    const result = await run(() => Promise.reject(new Error('redis is away')));
    expect(result).toEqual({ code: 1, printed: 'lockstep-x look: redis is away\n' });
  });
});

describe('readCommandRegion', () => {
  it('reads the region of a topology file', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'lockstep-command-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const config = join(folder, 'topology.yaml');
    await writeFile(config, sample);
    const found = await readCommandRegion(command, { config, region: 'east' }, { env: {} });
    expect(found.region).toBe(found.topology.regions.get('east'));
    expect(found.source).toBe(config);
  });

  it('names a region that is not there', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'lockstep-command-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const config = join(folder, 'topology.yaml');
    await writeFile(config, sample);
    await expect(readCommandRegion(command, { config, region: 'north' }, { env: {} })).rejects.toMatchObject({
      code: 'ERR_SERVICE_KIT_UNKNOWN_REGION',
    });
  });
});
