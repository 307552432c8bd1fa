/** The lines that memcached 1.6.18 answers bad requests with, byte for byte. */
export const ERROR_LINE = 'ERROR';
export const BAD_FORMAT_LINE = 'CLIENT_ERROR bad command line format';
export const BAD_DATA_LINE = 'CLIENT_ERROR bad data chunk';
export const BAD_DELETE_LINE = 'CLIENT_ERROR bad command line format.  Usage: delete <key> [noreply]';
export const BAD_DELTA_LINE = 'CLIENT_ERROR invalid numeric delta argument';
export const BAD_EXPTIME_LINE = 'CLIENT_ERROR invalid exptime argument';
export const NOT_NUMERIC_LINE = 'CLIENT_ERROR cannot increment or decrement non-numeric value';
export const TOO_LARGE_LINE = 'SERVER_ERROR object too large for cache';
export const NO_SHUTDOWN_LINE = 'ERROR: shutdown not enabled';
export const TOO_MANY_LINE = 'ERROR Too many open connections';
export const STATS_DETAIL_LINE = 'CLIENT_ERROR usage: stats detail on|off|dump';

/** What it says of the flags of a meta command. */
export const BAD_TOKEN_LINE = 'CLIENT_ERROR bad token in command line format';
export const DUPLICATE_FLAG_LINE = 'CLIENT_ERROR duplicate flag';
export const INVALID_FLAG_LINE = 'CLIENT_ERROR invalid flag';
export const BAD_FLAG_LINE = 'CLIENT_ERROR invalid or duplicate flag';
export const BAD_META_DELTA_LINE = 'CLIENT_ERROR invalid numeric delta value';
export const BAD_INITIAL_LINE = 'CLIENT_ERROR invalid numeric initial value';
export const BAD_MODE_LENGTH_LINE = 'CLIENT_ERROR incorrect length for M token';
export const LONG_OPAQUE_LINE = 'CLIENT_ERROR opaque token too long';
export const BAD_BASE64_LINE = 'CLIENT_ERROR error decoding key';

/** This proxy's own: memcached knows the command, the proxy does not carry it. */
export const NO_FLUSH_LINE = 'SERVER_ERROR flush_all is not allowed by this proxy';
export const BINARY_KEY_LINE = 'CLIENT_ERROR binary keys are not carried by this proxy';
