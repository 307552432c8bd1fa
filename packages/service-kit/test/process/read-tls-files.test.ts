import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, expect, it } from 'vitest';

import { readTlsFiles } from '../../src/process/read-tls-files.ts';

const directory = mkdtempSync(join(tmpdir(), 'lockstep-tls-'));
const file = join(directory, 'no.pem');
writeFileSync(file, 'no certificate');
afterAll(() => rmSync(directory, { recursive: true }));

it('names each file that cannot be read', async () => {
  const files = { certFile: join(directory, 'a'), keyFile: file, caFile: join(directory, 'b') };
  await expect(readTlsFiles('regions.east.receiver.tls', files)).rejects.toMatchObject({
    code: 'ERR_SERVICE_KIT_TOPOLOGY',
    problems: [
      expect.stringMatching(/^regions\.east\.receiver\.tls\.certFile cannot be read: .*ENOENT.*a'/),
      expect.stringMatching(/^regions\.east\.receiver\.tls\.caFile cannot be read: .*ENOENT.*b'/),
    ],
  });
});

it('says so when the files hold no certificate', async () => {
  const read = readTlsFiles('regions.east.shipper.tls', { certFile: file, keyFile: file });
  await expect(read).rejects.toMatchObject({
    code: 'ERR_SERVICE_KIT_TOPOLOGY',
    problems: [expect.stringMatching(/^regions\.east\.shipper\.tls makes no sense: /)],
  });
});
