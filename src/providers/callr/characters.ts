/** What CALLR makes of a text on its way. Pure: the editor's counter runs it too. */

/** "If you are using a custom sender, you can use the special string %STOPNUM%" (sms.send, `body`): the number for STOP. */
export const STOP_NUMBER = '%STOPNUM%';

/** What the vendor replaces by something of a length that it does not document. */
export const filledIn: readonly string[] = [STOP_NUMBER];
