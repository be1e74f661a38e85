/** The mail that brings a reply to the account's owner, or to the address that the SMS named (§2.10). */
import type { Digitaleo, Sms } from './account';
import { escapeXml } from './format';

/** "The body of the e-mail message contains the text message that was sent along with its response"; its layout is an assumption. */
export function mailReply(digitaleo: Digitaleo, sms: Sms, response: string): void {
  const { world, assume, postOffice } = digitaleo;
  const { email, emailSender, emailSubject } = sms.replyMail;
  const from = emailSender.includes('@') ? emailSender : 'sms@ecosms.fr';
  const to = email || sms.account.email;
  const isHtml = assume.replyMailFormat === 'html';
  const headers = {
    From: emailSender && from !== emailSender ? `${encoded(emailSender)} <${from}>` : from,
    To: to,
    Subject: encoded(emailSubject || `Response from ${sms.to} to SMS #${sms.id}`),
    Date: new Date(world.clock.now()).toUTCString().replace('GMT', '+0000'),
    'Message-ID': `<${world.ids.hex(8)}@ecosms.fr>`,
    'MIME-Version': '1.0',
    'Content-Type': `text/${isHtml ? 'html' : 'plain'}; charset=UTF-8`,
    'Content-Transfer-Encoding': 'base64',
  };
  const body = isHtml ? html(sms.record.text, response) : `SMS: ${sms.record.text}\r\nResponse: ${response}\r\n`;
  const head = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  const coded = Buffer.from(body).toString('base64').replace(/.{76}/g, '$&\r\n');
  const content = Buffer.from(`${head.join('')}\r\n${coded}\r\n`);
  postOffice.post({ from, to: [to], content, messages: [sms.id] }, sms.account.settings.mailUrl);
}

function html(text: string, response: string): string {
  return `<html><body><p>SMS: ${escapeXml(text)}</p><p>Response: ${escapeXml(response)}</p></body></html>\r\n`;
}

/** RFC 2047: what is not ASCII travels in encoded words, each of at most 75 characters. */
function encoded(text: string): string {
  if (/^[ -~]*$/.test(text)) return text;
  const words = Array.from({ length: Math.ceil([...text].length / 10) }, (_, index) =>
    [...text].slice(index * 10, index * 10 + 10),
  );
  return words.map((word) => `=?UTF-8?B?${Buffer.from(word.join('')).toString('base64')}?=`).join('\r\n ');
}
