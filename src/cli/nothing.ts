/** Silence is no answer to a person: it looks as if something had gone wrong, and hides a mistyped name. */
import type { Line } from './verb.ts'

export async function* orNothing(lines: AsyncIterable<Line>, nothing: string): AsyncGenerator<Line> {
  let isEmpty = true
  for await (const line of lines) {
    isEmpty = false
    yield line
  }
  if (isEmpty) yield { json: undefined, text: nothing }
}

/** Of a stream that nothing stands on. */
export const nothingOn = (stream: string): string =>
  `nothing stands on ${stream}: streams are called task-<id>, session-<id>, run-<id>, as baton log shows`
