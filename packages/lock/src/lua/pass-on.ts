/**
 * `passOn(base)` gives a free lock to the first in line that can be reached. Returns 1, or, where others wait behind the
 * one that has it now, 1 + after how many ms it is free again: who passed it on looks then.
 */
export const passOn = `
local function passFree(base)
  if redis.call('EXISTS', base .. ':q') == 0 then return 1 end
  local _, period = grant(base)
  if not period or redis.call('EXISTS', base .. ':q') == 0 then return 1 end
  return 1 + period
end

local function passOn(base)
  if redis.call('EXISTS', base .. ':l') == 1 then return 1 end
  return passFree(base)
end
`;
