import type { SeenEvent } from './stream-client.ts';

/** Reads server-sent events as the WHATWG standard has it, section 9.2.6; data must be JSON objects. */
export function readSse(onEvent: (event: SeenEvent) => void, onId?: (id: string) => void): (chunk: Buffer) => void {
  let rest = '';
  let event = 'message';
  let id: string | undefined;
  let data: string[] = [];

  function dispatch(): void {
    if (id !== undefined) onId?.(id);
    if (data.length > 0) {
      const fields = JSON.parse(data.join('\n')) as object;
      onEvent({ event, ...(id === undefined ? {} : { id }), ...fields });
    }
    event = 'message';
    id = undefined;
    data = [];
  }

  return (chunk) => {
    const lines = (rest + chunk.toString()).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      if (line === '') dispatch();
      else if (line.startsWith('event: ')) event = line.slice(7);
      else if (line.startsWith('id: ')) id = line.slice(4);
      else if (line.startsWith('data: ')) data.push(line.slice(6));
    }
  };
}
