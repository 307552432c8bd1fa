/**
 * Lua that buries a message in the stream `dead`: ARGV from `first` on are the greatest length, and the fields. It returns
 * 0 from the script when there is no room.
 */
export function buryLua(dead: string, first: number): string {
  return `
if redis.call('XLEN', ${dead}) >= tonumber(ARGV[${first}]) then return 0 end
redis.call('XADD', ${dead}, '*', unpack(ARGV, ${first + 1}))`;
}
