/** The longest value that memcached can be told of: its length and the line end fit in 32 signed bits. */
export const MAX_LENGTH: number = 2 ** 31 - 1 - 2;
