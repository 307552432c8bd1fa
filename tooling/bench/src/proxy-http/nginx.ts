import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { requireParam } from '../harness/bench-case.ts';
import { findFreePort } from '../harness/free-port.ts';
import { startServerProcess } from '../harness/server-process.ts';
import type { FaceKind } from './face-kind.ts';

/** Whether nginx is there. */
export const hasNginx: boolean = spawnSync('nginx', ['-v'], { stdio: 'ignore' }).status === 0;

/** nginx with `memcached_pass`: one process, and connections to memcached that are kept. */
export const nginx: FaceKind = {
  name: 'nginx memcached_pass',
  async start(params) {
    const port = await findFreePort();
    const folder = await mkdtemp(join(tmpdir(), 'lockstep-bench-nginx-'));
    try {
      const file = join(folder, 'nginx.conf');
      await writeFile(file, configuration(folder, port, requireParam(params, 'nodes')));
      const args = ['-p', folder, '-c', file, '-e', join(folder, 'error.log')];
      const server = await startServerProcess({ program: 'nginx', args, port });
      return {
        ...server,
        async [Symbol.asyncDispose]() {
          await server[Symbol.asyncDispose]();
          await rm(folder, { recursive: true });
        },
      };
    } catch (error) {
      await rm(folder, { recursive: true });
      throw error;
    }
  },
};

function configuration(folder: string, port: number, nodes: string): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  return `
daemon off;
master_process off;
pid ${folder}/nginx.pid;
events { worker_connections 4096; }
http {
  access_log off;
  default_type application/octet-stream;
  keepalive_requests 1000000000;
  ${temporary.map((name) => `${name}_temp_path ${folder}/${name};`).join('\n  ')}
  upstream memcached {
    ${nodes
      .split(',')
      .map((node) => `server ${node};`)
      .join('\n    ')}
    keepalive 128;
    keepalive_requests 1000000000;
  }
  server {
    listen 127.0.0.1:${port};
    location ~ ^/v1/cache/(?<cachekey>.+)$ {
      set $memcached_key $cachekey;
      memcached_pass memcached;
    }
  }
}
`;
}
