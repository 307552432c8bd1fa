import { batchBodies, firstKeyNumber, keyCount, keyPrefix } from './workload.ts';

/** The media type of a batch's binary form. */
const batchType = 'application/vnd.lockstep.batch';

/** Lua that prints what came of a run as one line of JSON. It reads nothing of an answer: that would cost the most. */
const report = `
function done(summary, latency)
  local failed = summary.errors
  io.write(string.format(
    '{"requests":%d,"microseconds":%d,"bytes":%d,"refused":%d,"broken":%d}\\n',
    summary.requests, summary.duration, summary.bytes, failed.status,
    failed.connect + failed.read + failed.write + failed.timeout))
end
`;

const request = `
local at = 0
function request()
  at = at % #requests + 1
  return requests[at]
end
`;

/** A script for wrk that asks for one key after the other, and shows the token where there is one. */
export function readScript(token: string | undefined): string {
  return `
local requests = {}
function init()
  wrk.headers['Authorization'] = ${token === undefined ? 'nil' : `'Bearer ${token}'`}
  for index = 0, ${keyCount - 1} do
    requests[index + 1] = wrk.format('GET', '/v1/cache/${keyPrefix}' .. (${firstKeyNumber} + index))
  end
end
${request}${report}`;
}

/** A script for wrk that asks for 100 keys at a time. */
export const batchScript: string = `
local requests = {}
local function bytes(hex)
  return (hex:gsub('..', function(pair) return string.char(tonumber(pair, 16)) end))
end
function init()
  local headers = { ['Content-Type'] = '${batchType}' }
  for index, body in ipairs({ ${batchBodies.map((body) => `'${body.toString('hex')}'`).join(', ')} }) do
    requests[index] = wrk.format('POST', '/v1/batch', headers, bytes(body))
  end
end
${request}${report}`;
