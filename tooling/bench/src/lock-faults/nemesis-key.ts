/** The lock that all of a fleet want. */
export const nemesisKey = 'nemesis';
