import { ScriptClient } from './script-client.ts';

/**
 * What the server at `port` answers to the parts of a script, until it closes the connection; without what differs
 * from one memcached to the next.
 */
export async function converse(port: number, parts: readonly Buffer[], isEnded = false): Promise<string> {
  await using client = await ScriptClient.open({ port });
  await client.send(...parts);
  if (isEnded) client.socket.end();
  const reply = await client.readToEnd();
  return (
    reply
      .toString('latin1')
      .replaceAll(/^(VALUE \S+ \d+ \d+) \d+\r$/gm, '$1 <cas>\r')
      // A second may have gone by, and what was read may have been read at once.
      .replaceAll(/^(ME \S+ exp=-)(\d+) la=\d+ cas=\d+ fetch=\w+ /gm, (_, start, ttl) =>
        ttl === '1' ? `${start}1 ` : `${start}<ttl> `,
      )
      .replaceAll(/^((?:VA|HD).*) t\d\d+/gm, '$1 <ttl>')
      .replaceAll(/^((?:VA|HD).*) l\d+/gm, '$1 <last>')
      .replaceAll(/^((?:VA|HD).*) c\d+/gm, '$1 <cas>')
  );
}
