// Runs the program that is named before its arguments, and tells at its end what it loaded beyond what Node loads by itself.
const fs = require('node:fs')

const before = new Set(process.moduleLoadList)
process.on('exit', () => {
  const builtin = process.moduleLoadList.filter((name) => !before.has(name)).map((name) => name.replace(/^\w+ /, ''))
  const files = Object.keys(require.cache).filter((file) => file !== __filename)
  fs.writeFileSync(process.env['TELL_LOADED'], JSON.stringify({ builtin, files }))
})
process.argv.splice(1, 1)
require(process.argv[1])
