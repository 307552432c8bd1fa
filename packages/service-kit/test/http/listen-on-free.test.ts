import { expect, it } from 'vitest';

import { listenOnFree } from '../../src/http/listen-on-free.ts';

const addresses = [1, 2, 3].map((port) => ({ host: '127.0.0.1', port, text: `127.0.0.1:${port}` }));

function adminWhere(taken: readonly number[], code = 'EADDRINUSE') {
  const asked: number[] = [];
  return {
    asked,
    async listen({ port }: { port: number }) {
      asked.push(port);
      if (taken.includes(port)) throw Object.assign(new Error(code), { code });
      return `127.0.0.1:${port}`;
    },
  };
}

it('listens on the first address that nobody has', async () => {
  const admin = adminWhere([1]);
  expect([await listenOnFree(admin, addresses), admin.asked]).toEqual(['127.0.0.1:2', [1, 2]]);
});

it('fails with what the last one failed with', async () => {
  await expect(listenOnFree(adminWhere([1, 2, 3]), addresses)).rejects.toThrow('EADDRINUSE');
});

it('does not go on where an address is wrong rather than taken', async () => {
  const admin = adminWhere([1], 'EACCES');
  await expect(listenOnFree(admin, addresses)).rejects.toThrow('EACCES');
  expect(admin.asked).toEqual([1]);
});
