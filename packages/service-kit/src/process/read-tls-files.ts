import { readFile } from 'node:fs/promises';
import { createSecureContext } from 'node:tls';

import { describeError } from '@lockstep/core';

import { ServiceError } from '../service-error.ts';
import type { TlsFiles } from '../topology/proxy-topology.ts';

/** What the files of a certificate hold, as node:tls takes it. */
export interface TlsContents {
  readonly cert: Buffer;
  readonly key: Buffer;
  readonly ca?: Buffer;
}

/**
 * Reads the files of a certificate.
 *
 * @param what how a message calls the section of the topology.
 * @throws ServiceError `ERR_SERVICE_KIT_TOPOLOGY` that names each file that cannot be read, or says that they hold no
 * certificate.
 */
export async function readTlsFiles(what: string, { certFile, keyFile, caFile }: TlsFiles): Promise<TlsContents> {
  const named = Object.entries({ certFile, keyFile, ...(caFile === undefined ? {} : { caFile }) });
  const read = await Promise.all(
    named.map(([name, file]) =>
      readFile(file).catch((error: unknown) => `${what}.${name} cannot be read: ${describeError(error)}`),
    ),
  );
  const problems = read.filter((one) => typeof one === 'string');
  if (problems.length > 0) throw new ServiceError('ERR_SERVICE_KIT_TOPOLOGY', problems);
  const [cert = Buffer.alloc(0), key = Buffer.alloc(0), ca] = read.filter((one) => typeof one !== 'string');
  const contents = { cert, key, ...(ca === undefined ? {} : { ca }) };
  try {
    createSecureContext(contents);
  } catch (error) {
    throw new ServiceError('ERR_SERVICE_KIT_TOPOLOGY', [`${what} makes no sense: ${describeError(error)}`]);
  }
  return contents;
}
