/**
 * better-sqlite3, doing what the log does: one event row, with a check of its stream's version, in one IMMEDIATE
 * transaction. `full`: synchronous=FULL. `best`: NORMAL, and the WAL synced outside the write lock before the answer.
 * `grouped`: FULL, and whatever is waiting goes into one transaction.
 */
import fs from 'node:fs'
import path from 'node:path'
import Database from 'better-sqlite3'
import { drive, eventOn, serve } from '../workers/serve.mjs'

const TABLE = `
  CREATE TABLE IF NOT EXISTS events (
    position INTEGER PRIMARY KEY,
    stream TEXT NOT NULL,
    version INTEGER NOT NULL,
    type TEXT NOT NULL,
    data TEXT NOT NULL,
    at TEXT NOT NULL,
    actor TEXT NOT NULL,
    UNIQUE (stream, version)
  )`

serve(async ({ dir, stream, mode, callers = 1, timed, between }) => {
  const file = path.join(dir, 'events.db')
  const db = new Database(file, { timeout: 60_000 })
  db.pragma('journal_mode = WAL')
  db.pragma(`synchronous = ${mode === 'best' ? 'NORMAL' : 'FULL'}`)
  db.exec(TABLE)
  const wal = fs.openSync(`${file}-wal`, 'r+')
  const actor = JSON.stringify({ kind: 'session', id: stream, run: 'bench', pid: process.pid })
  const version = db.prepare('SELECT max(version) FROM events WHERE stream = ?').pluck()
  const insert = db.prepare('INSERT INTO events (stream, version, type, data, at, actor) VALUES (?, ?, ?, ?, ?, ?)')

  function insertOne(name) {
    const { t, d } = eventOn(name)
    const at = new Date().toISOString()
    insert.run(name, (version.get(name) ?? 0) + 1, t, JSON.stringify(d), at, actor)
  }
  const one = db.transaction(insertOne).immediate
  const many = db.transaction((names) => names.forEach(insertOne)).immediate

  function appendBest(name) {
    one(name)
    fs.fdatasyncSync(wal)
  }

  let waiting = []
  function appendGrouped(name) {
    return new Promise((resolve, reject) => {
      waiting.push({ name, resolve, reject })
      if (waiting.length === 1) setImmediate(commitGroup)
    })
  }
  function commitGroup() {
    const group = waiting
    waiting = []
    try {
      many(group.map(({ name }) => name))
      for (const { resolve } of group) resolve()
    } catch (error) {
      for (const { reject } of group) reject(error)
    }
  }

  const append = { full: one, best: appendBest, grouped: appendGrouped }[mode]
  const streams = Array.from({ length: callers }, (_, i) => (callers === 1 ? stream : `${stream}-${i}`))

  return {
    run: ({ ms }) =>
      drive({ ms, callers, timed, between }, (caller) => {
        const pending = append(streams[caller])
        return mode === 'grouped' ? pending : undefined
      }),
    close: async () => db.close(),
    async check() {
      const again = new Database(file)
      const gaps = again.prepare('SELECT stream FROM events GROUP BY stream HAVING max(version) <> count(*)').all()
      const sound = again.pragma('quick_check', { simple: true })
      const events = again.prepare('SELECT count(*) FROM events').pluck().get()
      again.close()
      if (sound !== 'ok' || gaps.length > 0) throw new Error(`SQLite: ${sound}, ${gaps.length} streams with gaps`)
      return events
    },
  }
})
