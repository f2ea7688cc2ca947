/** A hub as one is after a morning's work: two sessions, a task, and some mail. */
import { openHub } from '../../dist/index.js'
import { serve } from './serve.mjs'

serve(async ({ shared, hub }) => {
  if (hub !== undefined) return {}
  const open = await openHub({ dir: shared, create: true })
  for (const sessionId of ['planner', 'coder']) await open.send({ type: 'OpenSession', sessionId })
  await open.send({ type: 'OpenTask', taskId: 't1', title: 'the parser', owner: 'coder' })
  for (let i = 0; i < 20; i++) await open.send({ type: 'SendMessage', to: 'operator', body: `message ${i}` })
  await open.close()
  return {}
})
