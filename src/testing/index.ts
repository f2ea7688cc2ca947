export { fromLog, type FromLogOptions } from './from-log.ts'
export { given, type Given, type Outcome, type Then, type When } from './scenario.ts'
export { testHub, type TestHubOptions } from './test-hub.ts'
