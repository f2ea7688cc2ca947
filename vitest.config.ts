import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // The families start real processes and compare timings with nobody: two at a time is what the smallest CI has.
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    reporters: ['default'],
    coverage: {
      provider: 'v8',
      include: ['src/log/**', 'src/domain/**', 'src/projections/**'],
      thresholds: { lines: 95 },
    },
  },
})
