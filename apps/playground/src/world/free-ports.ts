import { createServer } from 'node:net';

import { UsageError } from '../options.ts';
import { host, planRegions, portsOf, type RegionLayout } from './layout.ts';

const defaultBasePort = 4500;
const blockSize = 100;
const blocksToTry = 20;

/** A block of ports that was free a moment ago. */
export interface ChosenPorts {
  readonly regions: RegionLayout[];
  /** Said to the user when the default block was taken. */
  readonly notice: string | undefined;
}

/**
 * Finds ports for `count` regions: the block the user named, or the first free one from 4500.
 *
 * @throws UsageError that names each port in use and its purpose, when the user chose the block.
 */
export async function choosePorts(count: number, basePort: number | undefined): Promise<ChosenPorts> {
  if (basePort !== undefined) {
    const regions = planRegions(count, basePort);
    const taken = await takenPorts(regions);
    if (taken.length > 0) {
      throw new UsageError(`${taken.join(', ')}; choose another block with --ports N`);
    }
    return { regions, notice: undefined };
  }
  let firstTaken: string[] = [];
  for (let block = 0; block < blocksToTry; block += 1) {
    const base = defaultBasePort + block * blockSize;
    const regions = planRegions(count, base);
    const taken = await takenPorts(regions);
    if (taken.length === 0) {
      return { regions, notice: block === 0 ? undefined : `${firstTaken.join(', ')}; using ports from ${base}` };
    }
    if (block === 0) firstTaken = taken;
  }
  throw new UsageError(`no free block of ports from ${defaultBasePort}; choose one with --ports N`);
}

async function takenPorts(regions: readonly RegionLayout[]): Promise<string[]> {
  const all = regions.flatMap(portsOf);
  const free = await Promise.all(all.map(({ port }) => isFree(port)));
  return all
    .filter((_, index) => free[index] === false)
    .map(({ port, purpose }) => `port ${port} (${purpose}) is in use`);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen({ port, host }, () => probe.close(() => resolve(true)));
  });
}
