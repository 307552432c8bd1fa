import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { readEnvironment, type RefreshSource } from '@lockstep/service-kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { createLoader } from '../../src/loader/create-loader.ts';
import { loadRequest } from '../fixtures/load-request.ts';

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'lockstep-loader-'));
  await writeFile(
    join(directory, 'rates.mjs'),
    `export const load = async ({ id }) => ({ data: { id }, validator: 'v' });
     export const close = () => { globalThis.ratesClosed = true; };`,
  );
  await writeFile(join(directory, 'empty.mjs'), 'export const lode = 1;');
});
afterAll(() => rm(directory, { recursive: true }));

const make = (load: RefreshSource['load'], env: Record<string, string> = {}, topology = join(directory, 't.yaml')) =>
  createLoader({ load, ttlMs: 1000 }, { name: 'rates', topology, environment: readEnvironment(env) });

describe('a loader of the topology', () => {
  it('is a module beside the topology, which is closed at the end', async () => {
    const loader = await make({ module: './rates.mjs' });
    expect(await loader.load(loadRequest('nok'))).toEqual({ data: { id: 'nok' }, validator: 'v' });
    await loader[Symbol.asyncDispose]();
    expect((globalThis as { ratesClosed?: boolean }).ratesClosed).toBe(true);
  });

  it.each([
    ['is not there', './nowhere.mjs', undefined, 'nowhere.mjs cannot be loaded'],
    ['exports nothing to load', './empty.mjs', undefined, 'empty.mjs exports no function load(request)'],
    ['is relative to a URL', './rates.mjs', 'redis://h/0?key=k', 'the topology is no file; write an absolute path'],
  ])('says so when a module %s', async (_what, path, topology, message) => {
    await expect(make({ module: path }, {}, topology)).rejects.toThrow(message);
  });

  it('names every secret that is not set, all at once', async () => {
    const headers = { authorization: { secret: 'SHOP' }, 'x-key': { secret: 'KEY' }, 'x-there': { secret: 'THERE' } };
    const making = make({ http: { url: 'http://h/', headers } }, { LOCKSTEP_SECRET_THERE: 'x' });
    await expect(making).rejects.toMatchObject({
      code: 'ERR_SERVICE_KIT_ENVIRONMENT',
      problems: [
        'LOCKSTEP_SECRET_SHOP is not set; the source rates of the topology names it',
        'LOCKSTEP_SECRET_KEY is not set; the source rates of the topology names it',
      ],
    });
    const sql = { url: 'mysql://u@h/d', password: 'DB', query: 'SELECT 1' };
    await expect(make({ sql })).rejects.toThrow('LOCKSTEP_SECRET_DB is not set');
    const loader = await make({ sql }, { LOCKSTEP_SECRET_DB: 'x' });
    await loader[Symbol.asyncDispose]();
  });
});
