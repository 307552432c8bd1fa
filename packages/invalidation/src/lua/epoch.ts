/**
 * The part of a script that finds out whether the log is still the one it was. It sets `epoch`, and begins a new
 * one where the state was lost or, when `isChecked`, another process serves it.
 *
 * Needs: KEYS[1] the state, KEYS[2] the log, `state` with the fields e and r of it, `candidate`, `isChecked`.
 * Sets: `epoch`, `isNew`, `isBlind` (1 where INFO is not permitted, so that nobody can tell).
 *
 * The fields of the state: e epoch, s number of the last entry, r run id of the server, b when the epoch began other
 * than by a clear (server time in ms), c the epoch that a clear ended, m marks for trimming by age, v '1' where
 * shared values lie beside the log, f:<id> the followers.
 */
export const findEpoch = `
local epoch, isNew, isBlind = state[1], false, 0
if not epoch or isChecked then
  local run = ''
  local info = redis.pcall('INFO', 'server')
  if type(info) == 'string' then run = string.match(info, 'run_id:(%x+)') or '' end
  if isChecked and run == '' then isBlind = 1 end
  if not epoch or (run ~= '' and run ~= state[2]) then
    local time = redis.call('TIME')
    epoch, isNew = candidate, true
    redis.call('HSET', KEYS[1], 'e', epoch, 's', 0, 'r', run, 'b', time[1] * 1000 + math.floor(time[2] / 1000))
    redis.call('HDEL', KEYS[1], 'c', 'm')
    redis.call('UNLINK', KEYS[2])
  end
end
`;
