/** What users of the library see of its types. Compiled here and in a consumer's folder, never run. */
import {
  BatonError,
  commandSchema,
  ERROR_CODES,
  isBatonError,
  openHub,
  type Actor,
  type BatonEvent,
  type BatonEventStore,
  type Command,
  type CommandType,
  type DryRun,
  type ErrorCode,
  type EventData,
  type EventType,
  type Hub,
  type HubOptions,
  type KeptLease,
  type LoggedEvent,
  type MessageView,
  type OwnershipView,
  type ReceivedMessage,
  type Receipt,
  type ReceiptEvent,
  type StateView,
  type Strategy,
  type ViewName,
} from 'agent-baton'
import { same, type Same } from './same.js'

type CommandNamed<Type extends CommandType> = Extract<Command, { readonly type: Type }>

same<Awaited<ReturnType<typeof openHub>>, Hub>()
same<Parameters<typeof openHub>, [options: HubOptions]>()
same<HubOptions['durability'], 'disk' | 'os' | undefined>()
same<HubOptions['actor'], Actor | undefined>()

export async function commands(hub: Hub): Promise<void> {
  const receipt = await hub.send({ type: 'SendMessage', to: 'coder', body: 'review #12' }, { key: 'review-12' })
  same<typeof receipt, Receipt>()
  same<Receipt['commit'], string | undefined>()
  same<Receipt['events'], readonly ReceiptEvent[]>()
  const dry = await hub.send({ type: 'ReleaseTask', taskId: 't1' }, { dryRun: true })
  same<typeof dry, DryRun>()

  // @ts-expect-error no such command
  await hub.send({ type: 'SendMesage', to: 'coder', body: 'hello' })
  // @ts-expect-error a message has a body
  await hub.send({ type: 'SendMessage', to: 'coder' })
  // @ts-expect-error a field too many
  await hub.send({ type: 'SendMessage', to: 'coder', body: 'hello', subjet: 'x' })
  // @ts-expect-error no such status
  await hub.send({ type: 'SetTaskStatus', taskId: 't1', status: 'done' })
  // @ts-expect-error a key is a string
  await hub.send({ type: 'ReleaseTask', taskId: 't1' }, { key: 1 })

  same<Command['type'], CommandType>()
  same<CommandNamed<'SetTaskStatus'>['status'], 'open' | 'in_progress' | 'blocked'>()
  same<CommandNamed<'Handoff'>['mode'], 'immediate' | 'offer' | undefined>()
  same<CommandNamed<'SendMessage'>['body'], string>()
  same<Parameters<typeof commandSchema>[0], CommandType>()
}

export async function refusals(hub: Hub): Promise<void> {
  const result = await hub.safeSend({ type: 'Handoff', taskId: 't1', to: 'reviewer' })
  if (result.ok) same<typeof result.receipt, Receipt>()
  else {
    same<typeof result.error, BatonError>()
    switch (result.error.code) {
      case 'NOT_OWNER':
        return same<typeof result.error.hint, string | undefined>()
      // @ts-expect-error no such code
      case 'NOT_THE_OWNER':
        return
    }
  }
  // @ts-expect-error only what failed has an error
  void result.error
  try {
    await hub.catchUp()
  } catch (error) {
    if (isBatonError(error, 'CONFLICT')) same<typeof error, BatonError>()
  }
  same<ErrorCode, (typeof ERROR_CODES)[number]>()
  // A union of names and not just any string.
  same<Same<ErrorCode, string>, false>()
}

export async function questions(hub: Hub): Promise<void> {
  same<Awaited<ReturnType<Hub['owner']>>, OwnershipView | undefined>()
  same<OwnershipView['status'], 'open' | 'in_progress' | 'blocked' | 'closed'>()
  same<OwnershipView['epoch'], number>()
  same<Awaited<ReturnType<ReturnType<Hub['state']>['get']>>, StateView>()
  const waiting = await hub.inbox('coder').list({ limit: 20, from: 'planner', kind: 'handoff' })
  same<typeof waiting, MessageView[]>()
  same<MessageView['subject'], string | undefined>()
  for await (const message of hub.inbox().subscribe({ after: 'a cursor' })) {
    same<typeof message, ReceivedMessage>()
    same<Awaited<ReturnType<typeof message.ack>>, Receipt>()
  }
  for await (const event of hub.log({ follow: true })) same<typeof event, LoggedEvent>()
  same<Awaited<ReturnType<Hub['request']>>, ReceivedMessage>()
  same<Awaited<ReturnType<Hub['at']>>, Hub>()
  same<KeptLease['signal'], AbortSignal>()
  same<Parameters<Hub['projections']['rebuild']>[0], ViewName | undefined>()
  same<Hub['eventStore'], BatonEventStore>()
  // @ts-expect-error no such view
  await hub.projections.rebuild('inbox')
  // @ts-expect-error positions are numbers
  await hub.owner('t1', { atLeast: '7' })
}

export function events(event: BatonEvent): void {
  if (event.type === 'MessageDelivered') same<typeof event.data, EventData<'MessageDelivered'>>()
  same<EventData<'OwnershipTransferred'>['epoch'], number>()
  same<EventData<'MessageDelivered'>['sessionId'], string | undefined>()
  same<Same<EventType, string>, false>()
  same<BatonEvent<'TaskClosed'>['type'], 'TaskClosed'>()
  same<Extract<Strategy, string>, 'fail' | 'ours' | 'theirs' | 'append' | 'deep' | 'sum' | 'max' | 'min'>()
}
