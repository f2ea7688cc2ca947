/**
 * Draws docs/demo.svg: plays `baton demo` once, and draws the story as a terminal shows it. Lanes become lines, so that they
 * hold together in any font; text keeps its columns.
 *
 *   npm run docs:demo
 *
 * It prints how that run ended, for the README to show the end of what the picture shows.
 */
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'

const [CELL, ROW, MARGIN, TOP] = [7.6, 17, 18, 44]
const LANES = 5
/** Columns of a line of the story, as src/cli/demo/lanes.ts sets them. */
const [LANE_AT, NAME_AT, TEXT_AT] = [9, 20, 30]

const PANEL = '#171c22'
const INK = { text: '#d6dbe2', dim: '#7d8794', cyan: '#5fc9d6', red: '#f47f76', green: '#7fce8b', yellow: '#e3bf6a' }

const baton = path.resolve(import.meta.dirname, '../dist/baton.cjs')
const printed = execFileSync(process.execPath, [baton, 'demo'], { encoding: 'utf8' })
const [story = '', ...ending] = printed.split('\n\n')
const lines = story.split('\n')
const columns = Math.max(...lines.map((line) => line.length))
const width = Math.ceil(2 * MARGIN + columns * CELL)
const height = Math.ceil(TOP + lines.length * ROW + MARGIN)

const x = (column) => round(MARGIN + column * CELL)
const y = (row) => round(TOP + row * ROW)
const round = (n) => Math.round(n * 10) / 10
const escaped = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')

/** As wide as its columns, whatever the font. */
const words = (text, column, row, ink, more = '') =>
  text.trim() === ''
    ? ''
    : `<text x="${x(column)}" y="${round(y(row) + ROW * 0.7)}" textLength="${round(text.length * CELL)}" fill="${INK[ink]}"${more}>${escaped(text)}</text>`

const isStory = (line) => /^ +\d+\.\d\ds {2}/.test(line)

/** What is good or bad about it, in the colour in which a terminal shows it. */
function mood(text) {
  if (/^SIGKILL|^finds .* lost/.test(text)) return 'red'
  if (/ is done$|fans in|^closes task/.test(text)) return 'green'
  return / in conflict|combined/.test(text) ? 'yellow' : 'text'
}

function drawLine(line, row) {
  if (!isStory(line)) return words(line, 0, row, 'dim')
  const text = line.slice(TEXT_AT)
  const name = line.slice(NAME_AT, TEXT_AT).trim()
  const time = line.slice(0, LANE_AT).trimEnd()
  return (
    words(time.trimStart(), time.length - time.trimStart().length, row, 'dim') +
    words(name, NAME_AT, row, 'text', ' font-weight="bold"') +
    words(text, TEXT_AT, row, mood(text))
  )
}

const laneX = (lane) => round(x(LANE_AT + 2 * lane) + CELL / 2)
const middle = (row) => round(y(row) + ROW / 2)
const stroke = (d, ink, more = '') => (d === '' ? '' : `<path d="${d}" stroke="${INK[ink]}"${more}/>`)

const dot = (fill) => (at) => `<circle cx="${at[0]}" cy="${at[1]}" r="3.4" fill="${fill}" stroke="${INK.cyan}"/>`
const cross = (at) => `M${round(at[0] - 4)} ${round(at[1] - 4)}l8 8m0 -8l-8 8`

const rows = lines.flatMap((line, row) => (isStory(line) ? [row] : []))
const lanes = Array.from({ length: LANES }, (_, lane) => lane)
const mark = (row, lane) => lines[row][LANE_AT + 2 * lane]
const isReached = (row, lane) => [-1, 1].some((side) => lines[row][LANE_AT + 2 * lane + side] === '─')

/** One line down for each actor, from its first sign of life to its end. */
function lifeline(lane) {
  const born = rows.find((row) => !'· ─'.includes(mark(row, lane)))
  const dead = rows.find((row) => mark(row, lane) === '×')
  if (born === undefined) return ''
  return `M${laneX(lane)} ${middle(born)}V${dead === undefined ? y(rows.at(-1) + 1) : middle(dead)}`
}

/** Who does something, whom it reaches, and who is dead. */
function drawLanes() {
  const across = []
  const found = { '●': [], '○': [], '×': [] }
  const dead = new Set()
  for (const row of rows) {
    const ends = lanes.filter((lane) => mark(row, lane) in found && (mark(row, lane) !== '×' || isReached(row, lane)))
    if (ends.length > 1) across.push(`M${laneX(ends[0])} ${middle(row)}H${laneX(ends.at(-1))}`)
    const news = lanes.filter((lane) => mark(row, lane) === '×' && !dead.has(lane))
    for (const lane of new Set([...ends, ...news])) found[mark(row, lane)].push([laneX(lane), middle(row)])
    for (const lane of news) dead.add(lane)
  }
  return (
    stroke(lanes.map(lifeline).join(''), 'dim', ' stroke-opacity=".55"') +
    stroke(across.join(''), 'cyan', ' stroke-opacity=".6"') +
    found['●'].map(dot(INK.cyan)).join('') +
    found['○'].map(dot(PANEL)).join('') +
    stroke(found['×'].map(cross).join(''), 'red', ' stroke-width="2"')
  )
}

const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-labelledby="title">
<title id="title">baton demo: five processes on one hub; a worker is killed, and its work, mail and task go to another</title>
<rect x=".5" y=".5" width="${width - 1}" height="${height - 1}" rx="9" fill="${PANEL}" stroke="#4a535e"/>
<circle cx="20" cy="20" r="5.5" fill="${INK.red}"/><circle cx="39" cy="20" r="5.5" fill="${INK.yellow}"/><circle cx="58" cy="20" r="5.5" fill="${INK.green}"/>
<text x="${round(width / 2)}" y="24.5" text-anchor="middle" fill="${INK.dim}" font-family="ui-monospace,SFMono-Regular,Menlo,Consolas,monospace" font-size="12.5">baton demo</text>
<g fill="none" stroke-width="1.2">${drawLanes()}</g>
<g font-family="ui-monospace,SFMono-Regular,Menlo,Consolas,monospace" font-size="12.5" xml:space="preserve">
${lines.map(drawLine).join('\n')}
</g>
</svg>
`
const file = path.join(import.meta.dirname, 'demo.svg')
fs.writeFileSync(file, svg)
console.log(ending.join('\n\n'))
console.log(`${path.relative(process.cwd(), file)}: ${lines.length} lines, ${Math.ceil(svg.length / 1024)} KB`)
