/** Every call that the ZoomConnect REST API guide documents, its parameters as in the vendor's Swagger description. */
import type { Operation } from '../provider';
import { accountOperations } from './operations/account';
import { contactOperations } from './operations/contacts';
import { messageOperations } from './operations/messages';
import { smsOperations } from './operations/sms';
import { templateOperations } from './operations/templates';

export const operations: readonly Operation[] = [
  ...accountOperations,
  ...smsOperations,
  ...contactOperations,
  ...messageOperations,
  ...templateOperations,
];
