import type { Hub, RunTree, RunView } from '../../index.ts'
import { theRun } from '../named.ts'
import { AT } from '../moments.ts'
import { ago, bold, dim, green, oneLine, visible, type Look } from '../print.ts'
import { coloured, facts } from '../show.ts'
import { isUnknown } from '../unknown.ts'
import type { VerbBody } from '../verb.ts'

export const runShow: VerbBody = {
  options: () => AT,
  examples: ['baton run show r1', 'baton run show r1 --json'],
  async run({ positionals, look, reader }) {
    const [id = ''] = positionals
    const run = await runMeant(await reader(), id)
    return { json: run, text: facts({ ...run }, look) }
  },
}

export const runTree: VerbBody = {
  options: () => AT,
  examples: ['baton run tree r1', 'baton run tree r1 --at 10m'],
  async run({ positionals, look, reader }) {
    const [id = ''] = positionals
    const hub = await reader()
    const tree = (await hub.runs.tree((await runMeant(hub, id)).id)) as RunTree
    return { json: tree, text: draw(tree, look).join('\n') }
  },
}

/** Called so, or the one whose id begins so. */
async function runMeant(hub: Hub, typed: string): Promise<RunView> {
  try {
    return await theRun(hub, typed)
  } catch (error) {
    const whole = isUnknown(error) ? await (await import('../prefix.ts')).wholeId(hub, [['run']], typed) : undefined
    if (whole === undefined) throw error
    return theRun(hub, whole.id)
  }
}

/** Root first, each child under its parent. */
function draw(tree: RunTree, look: Look): string[] {
  const lines = [runLine(tree, look)]
  for (const [i, child] of tree.children.entries()) {
    const last = i === tree.children.length - 1
    const [head = '', ...rest] = draw(child, look)
    lines.push(`${last ? '└─ ' : '├─ '}${head}`, ...rest.map((line) => `${last ? '   ' : '│  '}${line}`))
  }
  return lines
}

function runLine(run: Omit<RunView, 'children'>, look: Look): string {
  const { progress, model, modelUsed, worktree, runDir } = run
  const parts = [
    bold(run.id, look),
    coloured(run.status, look),
    dim(run.sessionId, look),
    run.label === undefined ? undefined : oneLine(run.label, 40),
    progress?.percent === undefined ? undefined : `${progress.percent} %`,
    progress?.step,
    model === undefined && modelUsed === undefined ? undefined : `${model ?? 'any'} → ${modelUsed ?? '?'}`,
    worktree === undefined
      ? undefined
      : visible(worktree.branch === undefined ? worktree.path : `${worktree.path} (${worktree.branch})`),
    runDir === undefined ? undefined : visible(runDir),
    run.leaseUntil === undefined || run.endedAt !== undefined ? undefined : `lease ends ${ago(run.leaseUntil, look)}`,
    run.merged.length === 0
      ? undefined
      : green(`merged into ${run.merged.map(({ scope, id }) => `${scope} ${id}`).join(', ')}`, look),
    run.reason,
  ]
  return parts.filter((part) => part !== undefined).join('  ')
}
