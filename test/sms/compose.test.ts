import assert from 'node:assert/strict';
import { compose, type SmsError } from '../../dist/src/sms/index.js';

describe('composing what is sent', () => {
  it('measures the text, folded when asked', () => {
    assert.equal(compose('ça va').alphabet, 'UCS-2');
    assert.equal(compose('ça va', { alphabet: 'gsm' }).text, 'ca va');
    assert.equal(compose('ok', { alphabet: 'unicode' }).alphabet, 'UCS-2');
    assert.equal(compose('  spaces around stay  ').text, '  spaces around stay  ');
  });

  it('takes numbers and booleans as text', () => {
    assert.equal(compose(21.5).text, '21.5');
    assert.equal(compose(0).text, '0');
    assert.equal(compose(false).text, 'false');
    assert.equal(compose(12n).text, '12');
  });

  it('refuses an empty text, and one that nobody could see', () => {
    for (const text of ['', ' ', '\n\t ', '\u00a0', '\u200b', '\ufeff', undefined, null]) {
      refuses('SMS_EMPTY_TEXT', /msg\.payload/, text);
    }
    refuses('SMS_EMPTY_TEXT', /no text/, '\u200b\u001b', { alphabet: 'gsm' });
  });

  it('refuses what is not a text, with the way out', () => {
    refuses('SMS_INVALID_TEXT', /an object.*Template or JSON/, { a: 1 });
    refuses('SMS_INVALID_TEXT', /an array/, ['a']);
    refuses('SMS_INVALID_TEXT', /a Buffer.*toString/, Buffer.from('a'));
    refuses('SMS_INVALID_TEXT', /NaN/, Number.NaN);
    refuses('SMS_INVALID_TEXT', /a Date/, new Date());
    refuses('SMS_INVALID_TEXT', /a function/, () => 1);
  });

  it('names each character that gsm cannot carry, with code point and position', () => {
    refuses('SMS_INVALID_TEXT', /😀 \(U\+1F600 at 3\), ж \(U\+0436 at 6\): remove them/, 'ça 😀 ж', {
      alphabet: 'gsm',
    });
    refuses('SMS_INVALID_TEXT', /at 4\) and 15 more: remove them/, 'ж'.repeat(20), { alphabet: 'gsm' });
    refuses('SMS_INVALID_TEXT', /U\+1F600 at 0\): remove it/, '😀', { alphabet: 'gsm' });
  });

  it('holds maxParts, with the figures', () => {
    assert.equal(compose('x'.repeat(160), { maxParts: 1 }).parts, 1);
    assert.equal(compose('x'.repeat(9999), { maxParts: 0 }).parts, 66);
    assert.equal(compose('x'.repeat(9999)).parts, 66);
    refuses('SMS_TOO_LONG', /2 parts \(161 septets in GSM-7\) and maxParts allows 1 \(160\)/, 'x'.repeat(161), {
      maxParts: 1,
    });
    refuses('SMS_TOO_LONG', /3 parts \(135 UTF-16 units in UCS-2\) and maxParts allows 2 \(134\)/, 'ж'.repeat(135), {
      maxParts: 2,
    });
  });

  it('says when gsm would make it fit, and does not when it would not', () => {
    refuses('SMS_TOO_LONG', /choose the alphabet gsm, with which it fits/, 'ç'.repeat(100), { maxParts: 1 });
    assert.doesNotMatch(refused('ж'.repeat(100), { maxParts: 1 }).message, /gsm/);
    assert.doesNotMatch(refused('ç'.repeat(200), { maxParts: 1 }).message, /gsm/);
  });

  it('sends half an emoji as the replacement character, as any wire would', () => {
    assert.equal(compose('cut \ud83d').text, 'cut \ufffd');
    assert.equal(compose('cut \ud83d', { alphabet: 'gsm' }).text, 'cut ?');
    assert.equal(compose('whole 😀').text, 'whole 😀');
  });

  it('refuses an alphabet or a limit that does not exist', () => {
    refuses('SMS_INVALID_OPTION', /auto, gsm or unicode/, 'a', { alphabet: 'ucs2' });
    for (const maxParts of [-1, 1.5, Number.NaN, '2']) refuses('SMS_INVALID_OPTION', /maxParts/, 'a', { maxParts });
  });
});

function refused(text: unknown, options?: object): SmsError {
  try {
    compose(text, options);
  } catch (error) {
    return error as SmsError;
  }
  return assert.fail('nothing was thrown');
}

function refuses(code: string, message: RegExp, text: unknown, options?: object): void {
  const error = refused(text, options);
  assert.equal(error.code, code, error.message);
  assert.match(error.message, message);
  assert.ok(error.message.length < 400);
}
