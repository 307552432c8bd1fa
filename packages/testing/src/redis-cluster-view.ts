import { askRedis } from './ask-redis.ts';

/** What one node of a cluster believes of one node. */
export interface ClusterNodeView {
  readonly id: string;
  readonly port: number;
  readonly isMaster: boolean;
  /** The id of the master that it copies. */
  readonly masterId: string | undefined;
  readonly hasFailed: boolean;
  readonly isConnected: boolean;
  readonly configEpoch: number;
  /** First and last slot of each range that it serves. */
  readonly slots: readonly (readonly [number, number])[];
}

/**
 * What the node on `port` believes of all nodes, itself included. Nodes that it has not met yet are left out.
 *
 * @throws TestingError `ERR_TESTING_NOT_RUNNING` when it does not answer.
 */
export async function clusterView(port: number): Promise<ClusterNodeView[]> {
  return parseClusterNodes(await askRedis(port, 'CLUSTER NODES'));
}

/** Reads the reply of CLUSTER NODES. */
function parseClusterNodes(text: string): ClusterNodeView[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => parseLine(line.split(' ')))
    .filter((node) => node !== undefined);
}

// id ip:port@bus flags master ping-sent pong-received config-epoch link-state slot…
function parseLine(fields: readonly string[]): ClusterNodeView | undefined {
  const [id = '', address = '', flagList = '', master = '-', , , epoch = '0', link, ...ranges] = fields;
  const flags = flagList.split(',');
  if (flags.includes('handshake') || flags.includes('noaddr')) return undefined;
  return {
    id,
    port: Number(/:(\d+)@/.exec(address)?.[1]),
    isMaster: flags.includes('master'),
    masterId: master === '-' ? undefined : master,
    hasFailed: flags.includes('fail'),
    isConnected: link === 'connected',
    configEpoch: Number(epoch),
    // A range in brackets is a slot that is being moved: its owner lists it without brackets as well.
    slots: ranges.filter((range) => !range.startsWith('[')).map(parseRange),
  };
}

function parseRange(range: string): [number, number] {
  const [first = '', last = first] = range.split('-');
  return [Number(first), Number(last)];
}

/** The node that serves a slot in this view. */
export function ownerIn(view: readonly ClusterNodeView[], slot: number): ClusterNodeView | undefined {
  return view.find(({ slots }) => slots.some(([first, last]) => slot >= first && slot <= last));
}
