/** What is promised about a message. */
export { Account, type AccountSettings } from './account';
export { Accounts, type Outcome as MessageOutcome, type Owner, type SettledMessage } from './accounts';
export { Desk } from './desk';
export type { SendRequest } from './prepare';
