import { createConnection } from 'node:net';

import { expect, it, onTestFinished } from 'vitest';

import { startQueueServer } from './queue-server.ts';

/** Sends commands one after the other, each once the one before is answered, and returns all that came. */
async function talk(port: number, commands: readonly string[]): Promise<string> {
  const socket = createConnection(port, '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  let text = '';
  socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
  const ended = new Promise((resolve) => socket.once('close', resolve));
  for (const command of commands) {
    const before = text.length;
    socket.write(`${command}\r\n`);
    await expect.poll(() => text.length).toBeGreaterThan(before);
  }
  if (text.includes('ERROR')) await ended;
  return text;
}

it.each([
  [
    'hands out items in their order',
    ['get q', 'get q', 'get q', 'get q'],
    'VALUE q 0 1\r\n1\r\nEND\r\nVALUE q 0 1\r\n2\r\nEND\r\nVALUE q 0 1\r\n3\r\nEND\r\nEND\r\n',
  ],
  [
    'opens, and closes and opens',
    ['get q/open', 'get q/close/open', 'get q/close'],
    'VALUE q 0 1\r\n1\r\nEND\r\nVALUE q 0 1\r\n2\r\nEND\r\nEND\r\n',
  ],
  [
    'puts an aborted item back at the head',
    ['get q/open', 'get q/abort', 'get q'],
    'VALUE q 0 1\r\n1\r\nEND\r\nEND\r\nVALUE q 0 1\r\n1\r\nEND\r\n',
  ],
  ['shows the head', ['get q/peek', 'get q/peek'], 'VALUE q 0 1\r\n1\r\nEND\r\nVALUE q 0 1\r\n1\r\nEND\r\n'],
  ['ignores a close without an open item', ['get q/close'], 'END\r\n'],
  ['refuses a second open item', ['get q/open', 'get q/open'], 'VALUE q 0 1\r\n1\r\nEND\r\nERROR\r\n'],
  ['refuses a plain read beside an open item', ['get q/open', 'get q'], 'VALUE q 0 1\r\n1\r\nEND\r\nERROR\r\n'],
  ['refuses abort with open', ['get q/abort/open'], 'CLIENT_ERROR\r\n'],
  ['refuses peek with close', ['get q/peek/close'], 'CLIENT_ERROR\r\n'],
  ['refuses peek with abort', ['get q/peek/abort'], 'CLIENT_ERROR\r\n'],
  ['refuses other commands', ['incr q 1'], 'CLIENT_ERROR\r\n'],
])('%s', async (_rule, commands, answers) => {
  await using server = await startQueueServer();
  server.add('q', '1', '2', '3');
  expect(await talk(server.port, commands)).toBe(answers);
});

it('puts the open item of a connection that ends back at the head', async () => {
  await using server = await startQueueServer();
  server.add('q', '1', '2');
  await talk(server.port, ['get q/open', 'get q/open']);
  await expect.poll(() => server.items('q')).toEqual(['1', '2']);
});
