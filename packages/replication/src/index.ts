// What travels, and where it goes
export { type DeleteOperation, type Operation, type RowVersion, type SetOperation } from './operation/operation.ts';
export { type PackedWrites, selectWrites, writtenKeys } from './operation/packed-writes.ts';
export { showKey } from './operation/show-key.ts';
export { type Applier } from './receiver/applier.ts';

// Journal: writes of a region, in order
export { createJournal, type Journal, type JournalOptions, type JournalStats } from './journal/journal.ts';
export { type JournalTier } from './journal/journal-tier.ts';
export {
  createIngestHandler,
  INGEST_PATH,
  type IngestHandlerOptions,
  LEGACY_INGEST_PATH,
} from './ingest/ingest-handler.ts';
export { shardOf } from './operation/shard-of.ts';

// Shipper: journal to other regions
export { createShipper, type Shipper, type ShipperLink, type ShipperOptions } from './shipper/shipper.ts';
export { type LinkStatus, type ReshardStatus } from './shipper/link-status.ts';
export { type ShardStatus } from './shipper/link-meter.ts';
export { reshardJournal, type ReshardOptions, type ReshardState } from './layout/reshard-journal.ts';
export { replayJournal, type ReplayedShard, type ReplayOptions } from './shipper/replay-journal.ts';
export { openWriteWatch, type WriteWatch, type WriteWatchOptions } from './conflicts/write-watch.ts';

// Transport: from shipper to receiver
export { type Batch } from './transport/batch.ts';
export { type BatchAnswer, type LanePosition, type Transport } from './transport/transport.ts';
export { type Compression } from './transport/content-coding.ts';
export {
  createHttpTransport,
  type HttpTransport,
  type HttpTransportOptions,
  type LinkTls,
} from './transport/http-transport.ts';

// Receiver: applies what other regions wrote
export {
  createReceiver,
  type Receiver,
  type ReceiverOptions,
  type ReceiverStats,
  type ReceiveResult,
} from './receiver/receiver.ts';
export {
  createReceiverHandler,
  type HandlerRequest,
  type HandlerResponse,
  type ReceiverHandler,
  type ReceiverHandlerOptions,
} from './receiver/receiver-handler.ts';
export { type ConflictOptions } from './conflicts/conflict-finder.ts';
export { type VersionOptions } from './versions/version-options.ts';
export { type SecondDeleteOptions } from './conflicts/second-deletes.ts';
export { type RequestBody } from './transport/request-body.ts';
export { BATCH_TYPE, BATCHES_PATH, CURSORS_PATH, type IncomingHeaders } from './transport/wire.ts';

// Dead letters: what could not be applied
export {
  createDeadLetters,
  type DeadLetter,
  type DeadLetters,
  type DeadLettersOptions,
} from './receiver/dead-letters.ts';

// Blocks: the form of writes in the journal and on the way
export { type Block, encodeBlock } from './block/block-codec.ts';
export { type SeenCursors } from './operation/seen-cursors.ts';
export { decodeBlock } from './block/block-decoder.ts';
export { decodeBatchBody, encodeBatchBody } from './transport/batch-body.ts';
export { type JournalKeys, journalKeys } from './journal/journal-keys.ts';
export { type StreamId } from './operation/stream-id.ts';

// Errors
export { ReplicationError, type ReplicationErrorCode } from './replication-error.ts';
