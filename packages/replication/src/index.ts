// What travels, and where it goes
export { type DeleteOperation, type Operation, type SetOperation } from './operation.ts';
export { type Applier } from './applier.ts';

// Journal: writes of a region, in order
export { createJournal, type Journal, type JournalOptions, type JournalStats } from './journal.ts';
export { type JournalTier } from './journal-tier.ts';
export {
  createIngestHandler,
  INGEST_PATH,
  type IngestHandlerOptions,
  LEGACY_INGEST_PATH,
} from './ingest/ingest-handler.ts';
export { shardOf } from './shard-of.ts';

// Shipper: journal to other regions
export { createShipper, type Shipper, type ShipperLink, type ShipperOptions } from './shipper.ts';
export { type LinkStatus } from './link-status.ts';
export { type ShardStatus } from './link-meter.ts';
export { replayJournal, type ReplayedShard, type ReplayOptions } from './replay-journal.ts';
export { openWriteWatch, type WriteWatch, type WriteWatchOptions } from './write-watch.ts';

// Transport: from shipper to receiver
export { type Batch } from './batch.ts';
export { type BatchAnswer, type LanePosition, type Transport } from './transport.ts';
export { type Compression } from './content-coding.ts';
export { createHttpTransport, type HttpTransport, type HttpTransportOptions } from './http-transport.ts';

// Receiver: applies what other regions wrote
export {
  createReceiver,
  type Receiver,
  type ReceiverOptions,
  type ReceiverStats,
  type ReceiveResult,
} from './receiver.ts';
export {
  createReceiverHandler,
  type HandlerRequest,
  type HandlerResponse,
  type ReceiverHandler,
  type ReceiverHandlerOptions,
} from './receiver-handler.ts';
export { type ConflictOptions } from './conflict-finder.ts';
export { type SecondDeleteOptions } from './second-deletes.ts';
export { type RequestBody } from './request-body.ts';
export { BATCH_TYPE, BATCHES_PATH, CURSORS_PATH, type IncomingHeaders } from './wire.ts';

// Dead letters: what could not be applied
export { createDeadLetters, type DeadLetter, type DeadLetters, type DeadLettersOptions } from './dead-letters.ts';

// Blocks: the form of writes in the journal and on the way
export { type Block, encodeBlock } from './block-codec.ts';
export { type SeenCursors } from './seen-cursors.ts';
export { decodeBlock } from './block-decoder.ts';
export { decodeBatchBody, encodeBatchBody } from './batch-body.ts';
export { type JournalKeys, journalKeys } from './journal-keys.ts';
export { type StreamId } from './stream-id.ts';

// Errors
export { ReplicationError, type ReplicationErrorCode } from './replication-error.ts';
