/**
 * The part of a script that begins an epoch. It stands where the state or the log was lost, or another process has
 * them: numbers of the one before must not be given again.
 *
 * Needs: `candidate`, and `run`, the run id of the server. Sets: `epoch`, `isNew`.
 */
export const beginEpoch: string = `
    local began = redis.call('TIME')
    epoch, isNew = candidate, true
    redis.call('HSET', KEYS[1], 'e', epoch, 'n', '1', 'r', run, 'b', began[1] * 1000 + math.floor(began[2] / 1000))
    redis.call('HDEL', KEYS[1], 'c', 'm')
    redis.call('UNLINK', KEYS[2])
`;

/**
 * The part of a script that finds out whether the log is still the one it was. It sets `epoch`, and begins a new
 * one where the state was lost or, when `isChecked`, another process serves it.
 *
 * Needs: KEYS[1] the state, KEYS[2] the log, `state` with the fields e and r of it, `candidate`, `isChecked`.
 * Sets: `epoch`, `isNew`, `run`, `isBlind` (1 where INFO is not permitted, so that nobody can tell).
 *
 * The fields of the state: e epoch, n '1' while the log has taken nothing (its stream is made by the first entry),
 * r run id of the server, b when the epoch began other than by a clear (server time in ms), c the epoch that a clear
 * ended, m marks for trimming by age, v '1' where shared values lie beside the log, f:<id> the followers. The number of
 * an entry is the second part of its id in the stream, whose first part is 0: Redis counts, and goes on when all
 * entries were trimmed.
 */
export const findEpoch: string = `
local epoch, isNew, isBlind, run = state[1], false, 0, state[2] or ''
if not epoch or isChecked then
  local info = redis.pcall('INFO', 'server')
  if type(info) ~= 'string' then info = '' end
  if not epoch or run == '' or not string.find(info, 'run_id:' .. run, 1, true) then
    local found = string.match(info, 'run_id:(%x+)') or ''
    if isChecked and found == '' then isBlind = 1 end
    if not epoch or (found ~= '' and found ~= run) then
      run = found
      ${beginEpoch}
    end
  end
end
`;
