import { expect, it } from 'vitest';

import { createNodeNames } from '../src/node-names.ts';

const node = (name: string, host: string, port?: number) => ({
  name,
  address: '',
  weight: 1,
  host,
  ...(port === undefined ? {} : { port }),
});

it('names nodes as the topology does, also after it has changed', () => {
  let nodes = [node('east-1', 'h', 1), node('socket', '/run/m.sock')];
  const names = createNodeNames({ entries: () => [{ name: 'main', settings: { nodes } }] as never });
  expect([names({ host: 'h', port: 1 }), names({ host: '/run/m.sock' }), names({ host: 'h', port: 2 })]).toEqual([
    'east-1',
    'socket',
    undefined,
  ]);
  nodes = [node('east-9', 'h', 1)];
  expect(names({ host: 'h', port: 1 })).toBe('east-9');
});

it('names no node by what another pool calls another one', () => {
  const pools = [[node('a', 'h', 1)], [node('a', 'h', 2), node('b', 'h', 3)]];
  const entries = (): never => pools.map((nodes, at) => ({ name: `p${at}`, settings: { nodes } })) as never;
  const names = createNodeNames({ entries });
  expect([1, 2, 3].map((port) => names({ host: 'h', port }))).toEqual([undefined, undefined, 'b']);
});
