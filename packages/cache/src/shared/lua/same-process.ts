/**
 * The part of a script that finds out whether the process that runs it is the one of the state: a Redis that came back
 * with old data has another run_id, until the log's next heartbeat has begun a new epoch.
 *
 * Needs: `run`, the run_id of the state, and `isChecked`. Sets: `isSame`, true also where INFO is not permitted.
 */
export const sameProcess = `
local isSame = true
if isChecked and run ~= '' then
  local info = redis.pcall('INFO', 'server')
  isSame = type(info) ~= 'string' or string.find(info, 'run_id:' .. run, 1, true) ~= nil
end
`;
