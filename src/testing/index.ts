export { logContract, type LogContractOptions } from './log-contract.ts'
