/** The counters of one server, by the names that memcached gives them. */
export class ServerStats {
  totalConnections = 0;
  rejectedConnections = 0;
  /** Connections that were ended because they did not take their replies, or said nothing for too long. */
  slowClients = 0;
  idleKicks = 0;
  bytesRead = 0;
  bytesWritten = 0;
  cmdGet = 0;
  cmdSet = 0;
  cmdFlush = 0;
  cmdTouch = 0;
  cmdMeta = 0;
  cmdDelete = 0;
  cmdIncr = 0;
  cmdDecr = 0;
  cmdCas = 0;
  getHits = 0;
  getMisses = 0;
  deleteHits = 0;
  deleteMisses = 0;
  incrHits = 0;
  incrMisses = 0;
  decrHits = 0;
  decrMisses = 0;
  casHits = 0;
  casMisses = 0;
  casBadval = 0;
  touchHits = 0;
  touchMisses = 0;
  storeTooLarge = 0;
  /** Writes that ended in `SERVER_ERROR`. */
  upstreamFailures = 0;

  /** Starts over from 0. */
  reset(): void {
    Object.assign(this, new ServerStats());
  }
}
