// A cache in a process of its own that knows nothing of Lockstep: fetch, a few lines of SSE, and a Map.
// Arguments: the address of the stream of changes, and that of the origin that values come from.
// Each message { id, key } is answered with { id, value, from: 'cache' | 'origin' }.
const [changesUrl, originUrl] = process.argv.slice(2);

const cache = new Map();
/** Keys whose value is being loaded, so that a value from before an invalidation is not kept. */
const loading = new Map();
let isInStep = false;
let lastEventId;
const told = { ready: 0, reset: 0, connected: 0 };

function forget(key) {
  cache.delete(key);
  loading.delete(key);
}

function onEvent(event, data) {
  if (event === 'invalidate') JSON.parse(data).keys.forEach(forget);
  if (event === 'reset') {
    cache.clear();
    loading.clear();
    told.reset++;
  }
  if (event === 'stalled') isInStep = false;
  if (event === 'ready') {
    isInStep = true;
    told.ready++;
  }
}

async function listen() {
  for (;;) {
    try {
      const headers = lastEventId === undefined ? {} : { 'last-event-id': lastEventId };
      const response = await fetch(changesUrl, { headers });
      if (response.status !== 200) throw new Error(`status ${response.status}`);
      told.connected++;
      let rest = '';
      for await (const text of response.body.pipeThrough(new TextDecoderStream())) {
        const blocks = (rest + text).split('\n\n');
        rest = blocks.pop();
        for (const block of blocks) {
          const field = (name) => new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1];
          lastEventId = field('id') ?? lastEventId;
          onEvent(field('event'), field('data'));
        }
      }
    } catch {
      // The next attempt is the answer to it.
    }
    // Without the stream nobody says what to forget: what is kept may be old, and is not served.
    isInStep = false;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function read(key) {
  if (isInStep && cache.has(key)) return { value: cache.get(key), from: 'cache' };
  const load = Symbol('load');
  loading.set(key, load);
  const response = await fetch(`${originUrl}${encodeURIComponent(key)}`);
  const value = await response.text();
  if (isInStep && loading.get(key) === load) cache.set(key, value);
  return { value, from: 'origin' };
}

async function answer({ id, key }) {
  const said = key === undefined ? { ...told, isInStep } : await read(key);
  process.send({ id, ...said });
}

process.on('message', (question) => void answer(question));
process.on('disconnect', () => process.exit());
void listen();
