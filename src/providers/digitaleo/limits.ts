/** The figures of Digitaleo's document, and the attributes that its resources have. */

/** "Up to 200 text messages at once" by HTTPS, §2.7. */
export const MAX_PER_CALL = 200;
/** "With one request, you can get up to 2,000 statuses", §2.9. */
export const MAX_STATUSES = 2000;
/** "Longer text messages, up to 1024 characters", §2.2. */
export const LONGEST_TEXT = 1024;
/** "Text messages are sent at an average rate of 20 per second", §2.7. */
export const RATE = 20;

export const SMS_ATTRIBUTES = [
  'id',
  'status',
  'text',
  'date',
  'recipient',
  'dialingCode',
  'email',
  'emailSender',
  'emailSubject',
] as const;
export const MAILING_ATTRIBUTES = ['id', 'name', 'text', 'date', 'email', 'emailSender', 'emailSubject'] as const;
export const STATUS_ATTRIBUTES = [
  'smsId',
  'status',
  'recipient',
  'mailingId',
  'date',
  'description',
  'response',
] as const;
export const STATS_ATTRIBUTES = ['wait', 'ok', 'on', 'no', 'ko', 'rep', 'optout', 'total'] as const;
