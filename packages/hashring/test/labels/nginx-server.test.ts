import { describe, expect, it } from 'vitest';

import { nginxServer, splitNginxServer } from '../../src/labels/nginx-server.ts';

describe("nginx's server", () => {
  it.each([
    [{ host: 'cache-a' }, 'cache-a:11211', 'cache-a', '11211'],
    [{ host: '10.0.0.1', port: 80 }, '10.0.0.1:80', '10.0.0.1', '80'],
    [{ host: '::1', port: 11_212 }, '[::1]:11212', '[::1]', '11212'],
    [{ host: '[::1]' }, '[::1]:11211', '[::1]', '11211'],
    [{ host: '/run/a:1' }, 'unix:/run/a:1', '/run/a:1', ''],
    [{ host: 'unix:/run/a' }, 'unix:/run/a', '/run/a', ''],
    [{ host: '10.0.0.1', port: 80, label: '10.0.0.1' }, '10.0.0.1', '10.0.0.1', ''],
    [{ host: '::1', port: 80, label: '[::1]' }, '[::1]', '[::1]', ''],
    [{ host: 'any', label: 'cache-a:http' }, 'cache-a:http', 'cache-a:http', ''],
  ])('of %o is %s, and it hashes host %s and port %s', (node, server, host, port) => {
    expect(nginxServer(node)).toBe(server);
    expect(splitNginxServer(server)).toEqual([host, port]);
  });
});
