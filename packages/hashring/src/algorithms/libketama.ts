import { md5 } from '../hashes/md5.ts';
import { hostPort } from '../labels/host-port.ts';
import { successor } from '../lookups/successor.ts';
import { libketamaCounts } from '../points/libketama-counts.ts';
import { md5Points } from '../points/md5-points.ts';
import type { RingNode } from '../ring/ring.ts';
import { describeNode } from '../ring/validate-nodes.ts';
import type { Algorithm } from './algorithm.ts';
import { pointRing } from './point-ring.ts';

/** The bytes of an address that its `serverinfo` has room for. */
const MAX_ADDRESS = 21;

/** `libketama` has no options. */
export interface LibketamaOptions {}

/**
 * The original libketama of last.fm. A weight is what its file of servers calls memory, and a label is the address as it
 * stands in that file: `host:port`, of up to 21 bytes: a longer one is
 * refused, as no client of libketama could have it.
 */
export const libketama: Algorithm<LibketamaOptions> = {
  name: 'libketama',
  options: {},
  weights: 'integer',
  label: hostPort,
  place: (nodes, _options, origin) =>
    pointRing(
      {
        labels: nodes.map(shortAddress),
        counts: libketamaCounts(nodes.map(({ weight = 1 }) => weight)),
        stream: md5Points,
        ties: 'first',
        hash: md5.key,
        hashId: md5.name,
        lookup: successor,
      },
      origin,
    ),
};

function shortAddress(node: RingNode, index: number): string {
  const address = hostPort(node);
  const { length } = new TextEncoder().encode(address);
  if (length <= MAX_ADDRESS) return address;
  throw new RangeError(
    `the label of ${describeNode(node, index)} must have at most ${MAX_ADDRESS} bytes with libketama, ${address} has ${length}`,
  );
}
