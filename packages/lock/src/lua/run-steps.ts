/**
 * The end of a script of many steps: runs `step()` while ARGV[at] has one, and returns the reply of each. One that fails
 * is answered by `{ -1, why }`, and the others are carried out.
 */
export const runSteps = `
local replies = {}
while ARGV[at] do
  local done, reply = pcall(step)
  if not done then reply = { -1, type(reply) == 'table' and reply.err or tostring(reply) } end
  replies[#replies + 1] = reply
end
return replies
`;
