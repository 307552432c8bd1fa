/** The lines that memcached 1.6.18 answers bad requests with, byte for byte. */
export const ERROR_LINE = 'ERROR';
export const BAD_FORMAT_LINE = 'CLIENT_ERROR bad command line format';
export const BAD_DATA_LINE = 'CLIENT_ERROR bad data chunk';
export const BAD_DELETE_LINE = 'CLIENT_ERROR bad command line format.  Usage: delete <key> [noreply]';
export const BAD_DELTA_LINE = 'CLIENT_ERROR invalid numeric delta argument';
export const BAD_EXPTIME_LINE = 'CLIENT_ERROR invalid exptime argument';
export const NOT_NUMERIC_LINE = 'CLIENT_ERROR cannot increment or decrement non-numeric value';
export const TOO_LARGE_LINE = 'SERVER_ERROR object too large for cache';
/** This proxy's own: memcached knows the command, the proxy does not carry it. */
export const NOT_CARRIED_LINE = 'SERVER_ERROR command not carried by this proxy';
