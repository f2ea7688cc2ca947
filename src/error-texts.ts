/** What each code says, and what to do about it. For the documentation: a reading verb never loads it. */
import type { ErrorCode } from './errors.ts'

export interface ErrorText {
  /** What is the case where it is met. */
  readonly means: string
  readonly cure: string
}

interface ErrorFamily {
  readonly title: string
  readonly codes: Readonly<Partial<Record<ErrorCode, ErrorText>>>
}

const LOOK = 'Look for the right name; `details.nearest` holds what is near.'

const asked = {
  INVALID_COMMAND: {
    means: 'What was asked cannot be read: a field is missing, unknown, or of another type.',
    cure: 'Correct the field that `details.path` or `details.issues` names.',
  },
  BAD_ID: {
    means: 'An id holds what no id may, or is a word that addresses are made of.',
    cure: 'Up to 64 letters, digits, dots, dashes and underscores, a letter or digit first.',
  },
  BAD_ADDRESS: {
    means: 'An address cannot be read, means several where one is needed, or one where several are.',
    cure: 'Write it in full, as `session:coder`; send to one, broadcast to several.',
  },
  AMBIGUOUS_ADDRESS: {
    means: 'A label or a name means more than one.',
    cure: 'Name it by its id, a group with its root session.',
  },
  PAYLOAD_TOO_LARGE: {
    means: 'A body, a state value or a commit is over its limit in bytes.',
    cure: 'Put it into a file, and send where it lies.',
  },
  LIMIT_EXCEEDED: {
    means: 'There would be too many of something, or a text is too long.',
    cure: '`details` holds the limit and the figure; the limits are options of the hub.',
  },
} satisfies Partial<Record<ErrorCode, ErrorText>>

const missing = {
  HUB_NOT_FOUND: { means: 'There is no hub there.', cure: 'Make one, or name the directory of one that there is.' },
  UNKNOWN_SESSION: {
    means: 'There is no session of that name; it may be the actor.',
    cure: `${LOOK} Or open the session.`,
  },
  UNKNOWN_RUN: {
    means: 'There is no run of that id, or it is not one of that session.',
    cure: 'Look at the runs of its session.',
  },
  UNKNOWN_EFFECT: { means: 'The run has no effect of that id.', cure: 'Register it, or look at the run.' },
  UNKNOWN_TASK: { means: 'There is no task of that id.', cure: `${LOOK} Or open the task.` },
  UNKNOWN_GROUP: {
    means: 'There is no group of that name under that root session.',
    cure: `${LOOK} Or form the group; of another root it is \`root/name\`.`,
  },
  UNKNOWN_MESSAGE: {
    means: 'There is no message of that id, or no dead letter.',
    cure: 'Look for it in the inbox, the log, or among the dead letters.',
  },
  UNKNOWN_ITEM: {
    means: 'The round has no item of that id, or the group no such round.',
    cure: 'Look at the group with its rounds.',
  },
  UNKNOWN_COMMIT: {
    means: 'There is no commit of that id, neither an accepted nor a void one.',
    cure: 'Every event of the log names its own.',
  },
  UNKNOWN_CHECKPOINT: {
    means: 'The run has no checkpoint of that label.',
    cure: 'Look at the run; merge its end if it has ended.',
  },
} satisfies Partial<Record<ErrorCode, ErrorText>>

const lifecycle = {
  SESSION_EXISTS: {
    means: 'A session of that id is there already.',
    cure: 'With `ensure` an open one is fine; a closed one is opened again.',
  },
  SESSION_CLOSED: {
    means: 'The session is closed, or being closed; it may be the actor.',
    cure: 'Go to its successor, or open it again.',
  },
  RUN_EXISTS: {
    means: 'A run of that id is there already.',
    cure: 'Choose another id: a run that has ended is never begun again.',
  },
  RUN_TERMINAL: { means: 'The run has ended, well or not.', cure: 'Start another one.' },
  RUNS_LIVE: {
    means: 'The session cannot be closed while it has live runs.',
    cure: 'End them first, or close it with `force`: they fail as lost.',
  },
  CHILDREN_LIVE: {
    means: 'The run cannot be completed while children of it live that are not in the background.',
    cure: 'Wait for them, or cancel them.',
  },
  DEPTH_EXCEEDED: { means: 'The tree of sessions or runs would be too deep.', cure: 'Start it further up.' },
  TASK_EXISTS: { means: 'A task of that id is there already.', cure: 'Join it, or choose another id.' },
  TASK_CLOSED: { means: 'The task is closed.', cure: 'Open another one; the history of this one stays.' },
  GROUP_DISBANDED: {
    means: 'The group was disbanded, and its name stays with it.',
    cure: 'Form one with another name.',
  },
  ROUND_OPEN: { means: 'The group has an open round, and only one at a time.', cure: 'Wait for it, or cancel it.' },
  INVALID_TRANSITION: {
    means: 'It is not in a state from which that is possible.',
    cure: 'Look how it stands: somebody may have done it already.',
  },
  PLACE_IN_USE: {
    means: 'Another live run holds that worktree or run directory.',
    cure: 'Choose another, or wait until that run ends.',
  },
} satisfies Partial<Record<ErrorCode, ErrorText>>

const authority = {
  NOT_ALLOWED: { means: 'That is for others to do.', cure: 'The hint says who may; the operator may everything.' },
  NOT_OWNER: {
    means: 'Only the owner of the task may do that.',
    cure: 'Ask the owner, or claim the task if there is none.',
  },
  ALREADY_OWNED: { means: 'The task has an owner: somebody was faster.', cure: 'Take another one, or ask for it.' },
  STALE_EPOCH: {
    means: 'The owner of the task has changed since the epoch that was named.',
    cure: 'Stop what was done as owner, and look at the task again.',
  },
  OWNER_MUST_HAND_OFF: { means: 'The owner of a task cannot leave it.', cure: 'Hand it over or release it first.' },
  NOT_PARTICIPANT: {
    means: 'Whoever acts, or is named, takes no part in the task or group.',
    cure: 'Join the task; the coordinator adds to a group.',
  },
  NOT_RECIPIENT: {
    means: 'The message did not go to whoever acknowledges it.',
    cure: 'Its recipient does that, or the operator.',
  },
  NOT_TARGET: { means: 'The task is on offer to somebody else.', cure: 'Leave it to them.' },
  NOT_COORDINATOR: {
    means: 'Only the coordinator of the group may do that.',
    cure: 'Ask the coordinator; a vacant seat can be taken.',
  },
  NOT_A_CHILD: {
    means: 'The run is no child of the run that acts, or has no parent.',
    cure: 'Name a child; a root run is merged into its session.',
  },
  UNRELATED: {
    means: 'A run can be addressed only by what shares its session tree, a task or a group.',
    cure: 'Write to its session.',
  },
} satisfies Partial<Record<ErrorCode, ErrorText>>

const delivery = {
  NO_RECIPIENTS: {
    means: 'Nobody is there to get it.',
    cure: 'Wait until somebody is; a broadcast to nobody is fine with `allowEmpty`.',
  },
  INBOX_FULL: {
    means: 'A mailbox is full of what nobody has acknowledged.',
    cure: 'Try again once its reader has caught up.',
  },
  REQUEST_EXPIRED: {
    means: 'Nobody answered in time.',
    cure: 'Ask again, or somebody else; the question is still in the mailbox.',
  },
  HANDOFF_PENDING: { means: 'The task is on offer already.', cure: 'Withdraw that offer, or wait for the answer.' },
  NO_PENDING_HANDOFF: { means: 'The task is not on offer, or not any more.', cure: 'Look who owns it.' },
  HANDOFF_TO_SELF: { means: 'A task cannot be handed to whoever owns it.', cure: 'Name somebody else.' },
} satisfies Partial<Record<ErrorCode, ErrorText>>

const state = {
  SEED_AFTER_START: {
    means: 'A run is seeded before it begins, and this one has begun.',
    cure: 'Start another one, and seed it first.',
  },
  ALREADY_SEEDED: {
    means: 'The run has its seed, which never changes.',
    cure: 'Start another one to give it something else.',
  },
  CHILD_NOT_SETTLED: {
    means: 'The child run has not ended.',
    cure: 'Wait for its end, or merge one of its checkpoints.',
  },
  CHILD_NOT_SUCCEEDED: {
    means: 'The child run has failed or was cancelled.',
    cure: 'With `allowPartial` what it wrote is taken all the same.',
  },
  MERGE_CONFLICT: {
    means: 'Both sides wrote a key since they parted. Nothing was changed.',
    cure: 'Choose a strategy for the keys in `details`.',
  },
  STATE_VERSION: {
    means: 'A key was written since the version that was expected.',
    cure: 'Read it, and decide again.',
  },
} satisfies Partial<Record<ErrorCode, ErrorText>>

const concurrency = {
  CONFLICT: { means: 'Others kept changing what the command relied on, until its time was up.', cure: 'Try again.' },
  KEY_REUSED: { means: 'The key was used for another command.', cure: 'A key names one intention: take another one.' },
  CURSOR_LOST: {
    means: 'The cursor was not left in this log: it is of another hub, or of a history that was restored or cut.',
    cure: 'Begin without it; what is not acknowledged is handed out again.',
  },
} satisfies Partial<Record<ErrorCode, ErrorText>>

const storage = {
  TARGET_EXISTS: {
    means: 'Something is where a backup or a restored hub was to go.',
    cure: 'Name a directory that is not there, or an empty one.',
  },
  STORAGE_FAILED: {
    means: 'The log could not be read, written or synced.',
    cure: 'See to the disk, open the hub again, and send it again under the same key.',
  },
  STORAGE_FULL: {
    means: 'The disk is full.',
    cure: 'Make room, open the hub again, and send it again under the same key.',
  },
  STORAGE_UNSAFE: {
    means: 'The directory is on a file system that does not keep appends in order, or is somebody else’s.',
    cure: 'Keep the hub on a local disk, as the user whose it is.',
  },
  LOG_DAMAGED: {
    means: 'What was durable is not there any more, or is something else. The hub can be read up to there.',
    cure: 'Restore it from a backup; `details` names file and offset.',
  },
  LOG_TOO_NEW: {
    means: 'A newer version of Baton wrote there what this one does not know.',
    cure: 'Use that version.',
  },
  VIEW_STALE: { means: 'A view could not be built.', cure: 'Open the hub again, or rebuild it by hand.' },
} satisfies Partial<Record<ErrorCode, ErrorText>>

/** All of them, in the order of `errors.ts`. */
export const errorFamilies: readonly ErrorFamily[] = [
  { title: 'What was asked cannot be read, or is too much', codes: asked },
  { title: 'It is not there', codes: missing },
  { title: 'It is not in a state for that', codes: lifecycle },
  { title: 'It is not yours to do', codes: authority },
  { title: 'Nobody can take it', codes: delivery },
  { title: 'Shared state', codes: state },
  { title: 'Somebody else was faster, or it was somewhere else', codes: concurrency },
  { title: 'Copies, and the log itself', codes: storage },
]

/** By code: the compiler asks for the text of a new one. */
export const errorTexts: Readonly<Record<ErrorCode, ErrorText>> = {
  ...asked,
  ...missing,
  ...lifecycle,
  ...authority,
  ...delivery,
  ...state,
  ...concurrency,
  ...storage,
}
