import { dirname, isAbsolute, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

import { describeError } from '@lockstep/core';

import { RefresherError } from '../refresher-error.ts';
import type { Loader } from './loader.ts';

/**
 * Loads by the function `load` of a module; its optional function `close` is called at the end. Node keeps a module
 * that it has read: a changed file takes a restart.
 *
 * @param topology where the topology came from: relative paths are relative to that file.
 * @throws RefresherError `ERR_REFRESHER_MODULE`.
 */
export async function createModuleLoader(path: string, topology: string): Promise<Loader> {
  const isUrl = /^(?:https?|rediss?):/.test(topology);
  if (isUrl && !isAbsolute(path)) {
    const message = `${path} is relative, and the topology is no file; write an absolute path`;
    throw new RefresherError('ERR_REFRESHER_MODULE', message);
  }
  let module: Record<string, unknown>;
  try {
    module = (await import(pathToFileURL(resolve(dirname(topology), path)).href)) as Record<string, unknown>;
  } catch (error) {
    throw new RefresherError('ERR_REFRESHER_MODULE', `${path} cannot be loaded: ${describeError(error)}`, {
      cause: error,
    });
  }
  const { load, close } = module;
  if (typeof load !== 'function') {
    throw new RefresherError('ERR_REFRESHER_MODULE', `${path} exports no function load(request)`);
  }
  return {
    load: (request) => (load as Loader['load'])(request),
    async [Symbol.asyncDispose]() {
      if (typeof close === 'function') await (close as () => unknown)();
    },
  };
}
