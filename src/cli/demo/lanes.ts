/** A lane for each actor: who does something, whom it reaches, and who is alive. */
import { bold, cyan, dim, green, oneLine, red, yellow, type Look } from '../print.ts'

type Mood = 'good' | 'bad' | 'odd'

export interface Happening {
  readonly actor: string
  readonly text: string
  /** Whom it reaches. */
  readonly to?: readonly string[]
  /** Painted as what it is. */
  readonly mood?: Mood
}

type Life = 'not yet' | 'alive' | 'killed'

const STANDING: Readonly<Record<Life, string>> = { 'not yet': '·', alive: '│', killed: '×' }

export interface Lanes {
  readonly heading: () => string
  /** The line of something that happened so many milliseconds after the beginning. */
  readonly line: (at: number, happening: Happening) => string
  readonly set: (actor: string, life: Life) => void
}

const TIME_WIDTH = 7
const NAME_WIDTH = 8

export function openLanes(actors: readonly string[], look: Look, width: number): Lanes {
  const lives = new Map<string, Life>(actors.map((actor) => [actor, 'not yet']))

  function lanes({ actor, to = [], mood }: Happening): string {
    const at = actors.indexOf(actor)
    const ends = to.map((each) => actors.indexOf(each)).filter((end) => end >= 0)
    const [from, until] = [Math.min(at, ...ends), Math.max(at, ...ends)]
    const cells = actors.map((each, i) => {
      const life = lives.get(each) ?? 'not yet'
      const between = i >= from && i < until ? dim('─', look) : ' '
      if (i === at) return (mood === 'bad' ? red('●', look) : cyan('●', look)) + between
      if (ends.includes(i)) return (life === 'killed' ? red('×', look) : cyan('○', look)) + between
      if (i > from && i < until) return dim(life === 'alive' ? '┼' : '─', look) + between
      return (life === 'killed' ? red : dim)(STANDING[life], look) + between
    })
    return cells.join('')
  }

  return {
    set: (actor, life) => void lives.set(actor, life),
    heading() {
      const initials = actors.map((actor) => actor.slice(0, 1)).join(' ')
      return dim(`${'time'.padStart(TIME_WIDTH)}  ${initials}  ${'who'.padEnd(NAME_WIDTH)}  what`, look)
    },
    line(at, happening) {
      const time = `${(at / 1_000).toFixed(2)}s`.padStart(TIME_WIDTH)
      const head = TIME_WIDTH + 2 + 2 * actors.length + 1 + NAME_WIDTH + 2
      const text = oneLine(happening.text, Math.max(20, width - head))
      return `${dim(time, look)}  ${lanes(happening)} ${bold(happening.actor.padEnd(NAME_WIDTH), look)}  ${painted(text, happening, look)}`
    },
  }
}

const PAINTED: Readonly<Record<Mood, typeof red>> = { good: green, bad: red, odd: yellow }

const painted = (text: string, { mood }: Happening, look: Look): string =>
  mood === undefined ? text : PAINTED[mood](text, look)
