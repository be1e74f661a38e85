/** What every error keeps to, whatever it tells of. */
import assert from 'node:assert/strict';
import { SmsError } from '../../dist/src/sms/errors.js';

describe('an SmsError', () => {
  it('has a sentence of one line, whoever said what is in it: nobody writes a line of the log', () => {
    const error = new SmsError('SMS_REJECTED', 'Refused (no\r\n23 Nov - [info] all is well \u001b[31m\u0085).');
    assert.equal(error.message, 'Refused (no 23 Nov - [info] all is well  [31m ).');
    assert.doesNotMatch(String(error.as('SMS_AUTH', 'a\nb')), /\p{Cc}/u);
  });
});
