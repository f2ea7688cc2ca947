import type { Row } from '../harness.ts'

/** The package with all that it depends on, by the sizes of the files. */
export const install: Row = {
  name: 'install',
  fixed: true,
  sides: { package: { worker: 'workers/install.mjs' } },
  lines: [{ what: 'the package installed, with its dependencies', ours: 'package', metric: 'size', atMost: 10 }],
}
