/** What is promised about a message. */
export { Account } from './account';
export type { AccountSettings } from './account-settings';
export { Accounts, type Outcome as MessageOutcome, type Owner, type SettledMessage } from './accounts';
export { Desk } from './desk';
export type { SendRequest } from './prepare';
