/** Which senders a vendor takes, as data: the run time and the dialogs refuse one in the same words. */
import { SmsError } from '../sms/errors';

export interface SenderRule {
  /** The source of a regular expression, with `i` as its flag. */
  pattern: string;
  /** What follows the sender in the sentence that refuses it: what it is not, and what to do. */
  refusal: string;
}

/** The sentence that refuses a sender; undefined for one that the vendor takes. */
export function senderProblem({ pattern, refusal }: SenderRule, sender: string): string | undefined {
  return new RegExp(pattern, 'i').test(sender) ? undefined : `'${sender.slice(0, 40)}' ${refusal}`;
}

/** `checkSender` of a provider with this rule. */
export function senderCheck(rule: SenderRule): (sender: string) => void {
  return (sender) => {
    const problem = senderProblem(rule, sender);
    if (problem !== undefined) throw new SmsError('SMS_INVALID_SENDER', problem);
  };
}
