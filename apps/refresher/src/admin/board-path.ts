/** Where the board is. */
export const boardPath: string = '/board';
