import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, describe, expect, it } from 'vitest';

import { ApplyLog } from './apply-log.ts';

const directory = mkdtempSync(join(tmpdir(), 'lockstep-apply-log-'));
afterAll(() => rmSync(directory, { recursive: true }));

describe('the log of what receivers store', () => {
  it('finds an older store behind a newer one of the same key, in the order of all receivers', () => {
    const files = [join(directory, 'one'), join(directory, 'two')] as const;
    const log = new ApplyLog('west', files);
    expect(log.judge()).toEqual({ stores: 0, disordered: 0, returned: 0 });
    writeFileSync(files[0], '1 own:s1:east:1 5\n3 own:s1:east:1 6\n5 own:s1:east:2 1\n');
    writeFileSync(files[1], '2 own:s1:east:1 5\n4 own:s1:east:1 5\n');
    expect(log.judge()).toEqual({ stores: 5, disordered: 1, returned: 0 });
    expect(log.judge()).toEqual({ stores: 0, disordered: 0, returned: 0 });
  });

  it('finds what has come back to the region that wrote it', () => {
    const file = join(directory, 'returned');
    writeFileSync(file, '1 own:s1:west:1 5\n');
    expect(new ApplyLog('west', [file]).judge()).toEqual({ stores: 1, disordered: 0, returned: 1 });
  });

  it('is written by a process as it sends stores to memcached, cut anywhere', () => {
    const file = join(directory, 'heard');
    const script = `
      import { connect, createServer } from 'node:net';
      import { hearStores } from ${JSON.stringify(new URL('hear-stores.mjs', import.meta.url).href)};
      hearStores(${JSON.stringify(file)}, (key) => key.startsWith('own:'));
      const server = createServer((socket) => socket.resume()).listen(0, '127.0.0.1', () => {
        const { port } = server.address();
        const socket = connect(port, '127.0.0.1', () => {
          socket.write('mn\\r\\nms own:a:b:1 4 T0 q\\r\\n12 x\\r\\nms own:a:b:2');
          socket.write(Buffer.from(' 5\\r\\n7 \\r\\nx\\r\\nmd own:a:b:1 q\\r\\nms other 2\\r\\n9 \\r\\nset own:a:b:3 0 0 2\\r\\n8 \\r\\n'));
          const http = connect(port, '127.0.0.1', () => {
            http.write('POST / HTTP/1.1\\r\\n\\r\\nms own:a:b:4 2\\r\\n1 \\r\\n', () => process.exit(0));
          });
        });
      });
    `;
    const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(new ApplyLog('west', [file]).judge()).toEqual({ stores: 3, disordered: 0, returned: 0 });
  });
});
