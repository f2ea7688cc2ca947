export { fromLog, type FromLogOptions } from './from-log.ts'
export { logContract, type LogContractOptions } from './log-contract.ts'
export { given, type Given, type Outcome, type Then, type When } from './scenario.ts'
export { testHub, type TestHubOptions } from './test-hub.ts'
