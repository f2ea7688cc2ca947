/**
 * The log as an Emmett EventStore, for the user's own streams: they keep their aggregates in the same log as Baton's,
 * with Emmett's CommandHandler. Their streams live under `x-`, out of reach of ours.
 *
 * Stream positions begin at 1 and are inclusive, as in Emmett's SQL stores. This is the only place with bigint.
 *
 * Emmett takes as long to load as all of this package: it is loaded when a store is asked for. What conflicts is its own
 * error, of the one copy that the user has.
 */
import type {
  AppendToStreamOptions,
  AppendToStreamResultWithGlobalPosition,
  Event,
  EventStore,
  ReadEvent,
  ReadEventMetadataWithGlobalPosition,
  ReadStreamOptions,
} from '@event-driven-io/emmett'
import { BatonError } from '../errors.ts'
import { STREAM_PATTERN, type Actor, type Commit, type StoredEvent } from './commit.ts'
import type { Fold } from './fold.ts'
import type { Judged } from './judging.ts'
import type { Log } from './log.ts'
import type { Proposer } from './proposer.ts'
import { readCommit } from './read-commit.ts'
import type { EventPlace, StreamIndex } from './stream-index.ts'

type Metadata = ReadEventMetadataWithGlobalPosition

/** Emmett's EventStore; what it appends also says where in the log it stands. */
export interface BatonEventStore extends EventStore<Metadata> {
  appendToStream<EventType extends Event, Payload extends Event = EventType>(
    streamName: string,
    events: EventType[],
    options?: AppendToStreamOptions<bigint, EventType, Payload>,
  ): Promise<AppendToStreamResultWithGlobalPosition>
}

export interface EventStoreParts {
  readonly log: Log
  readonly fold: Fold
  readonly propose: Proposer['propose']
  /** Looks at the index. */
  readonly look: <Answer>(look: () => Answer) => Answer | Promise<Awaited<Answer>>
  readonly index: StreamIndex
  readonly actor: Actor
}

const NO_STREAM = 0n

type Emmett = typeof import('@event-driven-io/emmett')
let emmett: Emmett | undefined
const loadEmmett = async (): Promise<Emmett> => (emmett ??= await import('@event-driven-io/emmett'))

/** What an event of Emmett's carries beside its data. */
interface Stored {
  readonly data: unknown
  readonly metadata?: Record<string, unknown>
}

export function createEventStore({ log, fold, propose, look, index, actor }: EventStoreParts): BatonEventStore {
  // Under way before the first call; where it fails, that call says so.
  loadEmmett().catch(() => undefined)

  async function readStream<EventType extends Event, Payload extends Event = EventType>(
    streamName: string,
    options: ReadStreamOptions<bigint, EventType, Payload> = {},
  ) {
    const stream = userStream(streamName)
    const { assertExpectedVersionMatchesCurrent, upcastRecordedMessages } = emmett ?? (await loadEmmett())
    await fold.catchUp()
    const from = Math.max(1, Number(options.from ?? 1n))
    const { version, places } = await look(() => {
      const version = index.version(stream)
      const last = Math.min(version, Number(options.to ?? BigInt(version)))
      const to = options.maxCount === undefined ? last : Math.min(last, from - 1 + Number(options.maxCount))
      return { version, places: index.places(stream, from, to) }
    })
    assertExpectedVersionMatchesCurrent(BigInt(version), options.expectedStreamVersion, NO_STREAM)
    const recorded = await readEvents(streamName, places, from)
    return {
      currentStreamVersion: BigInt(version),
      events: upcastRecordedMessages(recorded as never, options.schema?.versioning as never) as ReadEvent<
        EventType,
        Metadata
      >[],
      streamExists: version > 0,
    }
  }

  /** Neighbours often share a line: it is read once. */
  async function readEvents(streamName: string, places: readonly EventPlace[], from: number) {
    const events: ReadEvent<Event, Metadata>[] = []
    let ref = -1
    let commit: Commit | undefined
    for (const [i, place] of places.entries()) {
      if (place.ref !== ref) commit = await readCommit(log, place.ref)
      ref = place.ref
      const stored = commit?.events[place.index] as StoredEvent
      const { data, metadata } = stored.d as Stored
      events.push({
        type: stored.t,
        data: data as Event['data'],
        kind: 'Event',
        metadata: {
          ...metadata,
          streamName,
          messageId: `${commit?.id ?? ''}.${place.index}`,
          streamPosition: BigInt(from + i),
          globalPosition: BigInt(place.position),
        },
      })
    }
    return events
  }

  return {
    readStream,

    async aggregateStream(streamName, { evolve, initialState, read }) {
      const { events, currentStreamVersion, streamExists } = await readStream(streamName, read as never)
      let state = initialState()
      for (const event of events) state = evolve(state, event as never)
      return { state, currentStreamVersion, streamExists }
    },

    async appendToStream(streamName, events, options = {}) {
      const stream = userStream(streamName)
      const expected = options.expectedStreamVersion
      // Taken now, whether or not Emmett is there yet: what the caller does to its objects later is nobody's event.
      const stored = asJson(downcast(events, options).map((event) => storedEvent(stream, event)))
      const { assertExpectedVersionMatchesCurrent } = emmett ?? (await loadEmmett())
      const relies = expected !== undefined && expected !== 'NO_CONCURRENCY_CHECK'

      return propose({
        decide() {
          const version = index.version(stream)
          assertExpectedVersionMatchesCurrent(BigInt(version), expected, NO_STREAM)
          if (stored.length === 0) {
            const [place] = index.places(stream, version, version)
            return { answer: appended(version, place?.position ?? 0, 0), n: fold.n }
          }
          return {
            by: actor,
            cmd: 'AppendToStream',
            on: relies ? { [stream]: version } : {},
            events: stored,
          }
        },
        // The index has folded this commit, and nothing behind it.
        receipt: ({ position }: Judged) => appended(index.version(stream), position + stored.length - 1, stored.length),
      })
    },

    async streamExists(streamName) {
      await fold.catchUp()
      const stream = userStream(streamName)
      return look(() => index.version(stream) > 0)
    },
  }
}

/** What Emmett's `downcastRecordedMessages` does. */
function downcast<EventType extends Event, Payload extends Event>(
  events: readonly EventType[],
  options: AppendToStreamOptions<bigint, EventType, Payload>,
): readonly Event[] {
  const { versioning } = options.schema ?? {}
  if (versioning?.downcast === undefined) return events
  return events.map((event) => {
    const older = versioning.downcast?.(event) as Event & Stored
    const metadata = { ...(event as Stored).metadata, ...older.metadata }
    return { ...event, data: older.data, ...(('metadata' in event || 'metadata' in older) && { metadata }) }
  })
}

/** The stream's version now, the position of its last event, and how many events were just added. */
const appended = (version: number, position: number, count: number): AppendToStreamResultWithGlobalPosition => ({
  nextExpectedStreamVersion: BigInt(version),
  createdNewStream: count > 0 && version === count,
  lastEventGlobalPosition: BigInt(position),
})

function userStream(streamName: string): string {
  // Callers without types may pass anything; `x-undefined` would be a name like any other.
  const named = typeof streamName === 'string' && streamName !== ''
  if (named && STREAM_PATTERN.test(`x-${streamName}`)) return `x-${streamName}`
  throw new BatonError('BAD_ID', `${JSON.stringify(streamName)} cannot be the name of a stream`, {
    details: { stream: streamName },
    hint: 'Up to 510 characters, none of them a control character.',
  })
}

function storedEvent(stream: string, event: Event): StoredEvent {
  const { type, data } = event
  const metadata = (event as { metadata?: Record<string, unknown> }).metadata
  return { s: stream, t: type, v: 1, d: { data, ...(metadata && { metadata }) } satisfies Stored }
}

function asJson(events: StoredEvent[]): StoredEvent[] {
  try {
    return JSON.parse(JSON.stringify(events)) as StoredEvent[]
  } catch (error) {
    throw new BatonError('INVALID_COMMAND', `the events cannot be written as JSON: ${String(error)}`, { cause: error })
  }
}
