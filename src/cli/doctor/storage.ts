/** Where the hub lies, and its log. */
import path from 'node:path'
import type { Finding } from '../../index.ts'
import { LOG_FINDINGS, withDamage } from '../log-findings.ts'
import { quoted } from '../typed.ts'
import { counted, type Check, type Trouble } from './check.ts'
import type { Facts, FileFact } from './facts.ts'

export const storageChecks: readonly Check[] = [
  { name: 'file-system', find: fileSystem },
  { name: 'owner', find: owner },
  { name: 'permissions', find: permissions },
  { name: 'git', find: git },
  { name: 'log', find: log },
  { name: 'suspect', find: suspect },
  { name: 'opens', find: opens },
]

function fileSystem({ unsafeFileSystem, dir, baton }: Facts): Trouble[] {
  if (unsafeFileSystem === undefined) return []
  return [
    {
      severity: 'error',
      what: `${dir} lies on ${unsafeFileSystem}, which does not keep what several processes append in one order`,
      cure: 'Move it to a local disk, and say where it is.',
      type: [baton('backup', '~/baton-hub'), 'export BATON_DIR=~/baton-hub'],
    },
  ]
}

function owner({ files, me, dir }: Facts): Trouble[] {
  const foreign = me === undefined ? [] : files.filter(({ uid }) => uid !== me)
  const [first] = foreign
  if (first === undefined) return []
  return [
    {
      severity: 'error',
      what: `${named(foreign, dir)} to another user (uid ${first.uid}; you are ${me})`,
      cure: 'Work as that user, or make it your own (as root).',
      type: [`chown -R ${me} ${quoted(dir)}`],
    },
  ]
}

const named = (files: readonly FileFact[], dir: string): string => {
  const names = files.map((file) => path.relative(dir, file.path) || dir)
  return names.length === 1 ? `${names[0]} belongs` : `${names.join(', ')} belong`
}

const [OTHERS, OWN_DIRECTORY, OWN_FILE] = [0o077, 0o700, 0o600]

function permissions({ files, dir }: Facts): Trouble[] {
  const open = files.filter(({ mode }) => (mode & OTHERS) !== 0)
  const shut = files.filter(({ mode, isDirectory }) => {
    const needed = isDirectory ? OWN_DIRECTORY : OWN_FILE
    return (mode & needed) !== needed
  })
  const cure = { type: [`chmod -R u+rwX,go-rwx ${quoted(dir)}`] }
  return [
    ...(shut.length === 0
      ? []
      : [
          {
            severity: 'error' as const,
            what: `you may not read and write ${modes(shut, dir)}`,
            cure: 'Give yourself the right to.',
            ...cure,
          },
        ]),
    ...(open.length === 0
      ? []
      : [
          {
            severity: 'warning' as const,
            what: `others may get at ${modes(open, dir)}: whoever can write there can say anything in any name`,
            cure: 'Keep it to yourself.',
            ...cure,
          },
        ]),
  ]
}

const modes = (files: readonly FileFact[], dir: string): string =>
  files.map((file) => `${path.relative(dir, file.path) || dir} (${file.mode.toString(8)})`).join(', ')

function git({ git: tree, dir }: Facts): Trouble[] {
  if (tree === undefined || tree.isIgnored) return []
  return [
    {
      severity: 'warning',
      what: `git does not ignore ${dir}: the log would be committed with the work in ${tree.root}`,
      cure: 'Let it.',
      type: [`echo '*' >> ${quoted(path.join(dir, '.gitignore'))}`],
    },
  ]
}

/** What is harmless is counted; what is not is told one by one. */
function log(facts: Facts): Trouble[] {
  const { findings = [] } = facts.log ?? {}
  const attested = facts.hub?.damage
  const all = withDamage(findings, attested)
  const kinds = [...new Set(all.map(({ kind }) => kind))]
  return kinds.map((kind) => {
    const same = all.filter((each) => each.kind === kind)
    const { severity, cure } = LOG_FINDINGS[kind]
    const type = typed(kind, facts)
    return { severity, what: inWords(same), cure, ...(type && { type }) }
  })
}

function inWords(findings: readonly Finding[]): string {
  const [first, ...more] = findings as readonly [Finding, ...Finding[]]
  const { kind, message, offset } = first
  if (LOG_FINDINGS[kind].severity === 'error') return message
  const places = [first, ...more.slice(0, 2)].map((each) => each.offset).join(', ')
  const dots = more.length > 2 ? ', …' : ''
  if (kind === 'torn' || kind === 'orphaned') {
    return `the log holds ${counted(findings.length, `${kind} record`)}, at ${places}${dots}`
  }
  return more.length === 0 ? `${message}, at ${offset}` : `${message}, at ${offset}; and ${more.length} more like that`
}

function typed(kind: Finding['kind'], { dir, baton, hub, log: read }: Facts): string[] | undefined {
  const [place, rescued, damaged] = [dir, `${dir}-rescued`, `${dir}-damaged`].map(quoted)
  if (kind === 'damaged') {
    const to = hub?.position ?? read?.events ?? 0
    return [`baton restore ${place} ${rescued} --to ${to} && mv ${place} ${damaged} && mv ${rescued} ${place}`]
  }
  if (kind === 'too-new') return ['npm install -g agent-baton@latest']
  return kind === 'empty' ? [baton('init')] : undefined
}

function suspect({ suspect: why, log: read, baton }: Facts): Trouble[] {
  if (why === undefined) return []
  const reads = read !== undefined && read.findings.every(({ kind }) => LOG_FINDINGS[kind].severity === 'hint')
  return [
    {
      severity: 'error',
      what: `a sync of the log failed, and nobody writes since: ${why}`,
      cure: `See to the disk first. ${reads ? 'The log reads well now; then go on.' : 'And to the log; then go on.'}`,
      type: [baton('doctor', '--clear-suspect', '--yes')],
    },
  ]
}

/** What the other checks do not explain. */
function opens({ closed, log: read, files, me }: Facts): Trouble[] {
  const explained =
    closed === undefined ||
    closed.code === 'LOG_DAMAGED' ||
    closed.code === 'LOG_TOO_NEW' ||
    read?.findings.some(({ kind }) => kind === 'empty') === true ||
    (me !== undefined && files.some(({ uid }) => uid !== me))
  if (explained) return []
  return [{ severity: 'error', what: closed.message, cure: closed.hint ?? 'See to the disk.' }]
}
