import type { Logger } from 'pino';

import { type Environment, readEnvironment } from '../process/environment.ts';
import { createLogger } from '../process/logger.ts';
import { openTopologySource } from '../source/topology-source.ts';
import { parseTopology } from '../topology/parse-topology.ts';
import { regionOf } from '../topology/region-of.ts';
import type { Region, Topology } from '../topology/topology.ts';
import type { CommandIo } from './command-io.ts';
import type { RegionArguments } from './command-line.ts';

/** What a command works on. */
export interface CommandRegion {
  readonly topology: Topology;
  readonly region: Region;
  /** Where the topology comes from, for messages. */
  readonly source: string;
  readonly environment: Environment;
  /** Silent: what goes wrong is printed as the answer of the command. */
  readonly logger: Logger;
}

/**
 * Reads the topology once.
 *
 * @throws ServiceError for a topology, region or environment that is wrong; what the source throws when it is away.
 */
export async function readCommandRegion(
  command: string,
  { config, region: name }: RegionArguments,
  { env }: Pick<CommandIo, 'env'>,
): Promise<CommandRegion> {
  const environment = readEnvironment(env);
  const logger = createLogger({ name: command, level: 'silent' });
  await using source = openTopologySource(config, { environment, logger, name: command, region: name });
  const topology = parseTopology((await source.read()) ?? '', source.name);
  return { topology, region: regionOf(topology, name), source: source.name, environment, logger };
}
