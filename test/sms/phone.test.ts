import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { type SmsError, toE164 } from '../../dist/src/sms/index.js';

describe('reading a phone number', () => {
  it('takes E.164 as it is, with or without a region', () => {
    for (const region of [undefined, '', 'BE', 'fr']) assert.equal(toE164('+32470123456', region), '+32470123456');
  });

  it('takes the usual ways to write one', () => {
    const written = [
      '+32 470 12 34 56',
      '+32-470-123-456',
      '+32.470.12.34.56',
      '+32 (0)470 12 34 56',
      '(+32) 470 123456',
      '+32 470/12.34.56',
      ' +32470123456\n',
      'tel:+32-470-12-34-56',
      'TEL: +32470123456',
      '+32\u00a0470\u202f123\u2009456',
      '\u202a+32470123456\u202c',
      '+32\u2011470\u2013123456',
      '0032470123456',
      '00 32 470 12 34 56',
    ];
    for (const input of written) assert.equal(toE164(input), '+32470123456', input);
  });

  it('reads national numbers in their region', () => {
    assert.equal(toE164('0470/12.34.56', 'BE'), '+32470123456');
    assert.equal(toE164('0470 12 34 56', 'be'), '+32470123456');
    assert.equal(toE164('470123456', 'BE'), '+32470123456');
    assert.equal(toE164('06 12 34 56 78', 'FR'), '+33612345678');
    assert.equal(toE164('082 123 4567', 'ZA'), '+27821234567');
    assert.equal(toE164('(415) 555-2671', 'US'), '+14155552671');
    assert.equal(toE164('02 1234 5678', 'IT'), '+390212345678', 'Italy keeps its zero');
  });

  it('keeps the country that is written, whatever the region', () => {
    assert.equal(toE164('+33612345678', 'BE'), '+33612345678');
    assert.equal(toE164('0033612345678', 'BE'), '+33612345678');
    assert.equal(toE164('32470123456', 'BE'), '+32470123456');
    assert.equal(toE164('011 44 20 7946 0958', 'US'), '+442079460958');
  });

  it('takes a range that nobody has opened yet: only the length is checked', () => {
    assert.equal(toE164('+32400000000'), '+32400000000');
    assert.equal(toE164('+27600000000'), '+27600000000');
  });

  it('refuses a missing number, naming msg.to', () => {
    for (const input of ['', '  ', '\u200b', undefined, null]) refuses(/msg\.to/, input);
  });

  it('refuses letters rather than dial them', () => {
    refuses(/letters/, '1-800-FLOWERS', 'US');
    refuses(/letters/, 'Jan');
    refuses(/letters/, '+3247O123456');
  });

  it('refuses a number typed as one, which has lost its zeros', () => {
    refuses(/give it as a text/, 32470123456);
    refuses(/give it as a text/, 470123456n, 'BE');
    refuses(/as a text/, { to: '+32470123456' });
    refuses(/as a text/, true);
    refuses(/one by one/, ['+32470123456']);
  });

  it('refuses two numbers in one text, pointing to an array', () => {
    for (const input of ['0470123456, 0471123456', '0470123456;0471123456', '+32470123456 +32471123456']) {
      refuses(/as an array/, input, 'BE');
    }
    refuses(/as an array/, '0470123456 0471123456', 'BE');
    refuses(/as an array/, '0470123456\n0471123456', 'BE');
    refuses(/as an array/, Array.from({ length: 50 }, () => '+32470123456').join(','));
  });

  it('refuses an extension', () => {
    for (const input of ['+32470123456x12', '+32470123456 ext. 12', 'tel:+32470123456;ext=12', '+32470123456#12']) {
      refuses(/extension/, input);
    }
  });

  it('refuses a national number without a region, saying both ways out', () => {
    refuses(/country code.*region/, '0470123456');
    refuses(/country code.*region/, '32470123456');
  });

  it('refuses lengths and countries that cannot be', () => {
    refuses(/too short/, '+3247');
    refuses(/too short/, '112', 'BE');
    refuses(/too long/, '+33 6 12 34 56 78 90');
    refuses(/too long/, '1'.repeat(1_000_000), 'BE');
    refuses(/no country/, '+999123456789');
    refuses(/no country/, '+0470123456');
    refuses(/.+/, '+');
    refuses(/.+/, '()-./');
    refuses(/in front/, '32+470123456', 'BE');
    refuses(/characters/, '+32470*123456');
    refuses(/characters/, '047012345²', 'BE');
  });

  it('calls a region that is no country a fault of the configuration', () => {
    for (const region of ['XX', 'Belgium', '32', '__proto__']) {
      assert.equal(refused('+32470123456', region).code, 'SMS_CONFIG', region);
    }
  });

  it('takes the numbers of satellite phones and of networks of things', () => {
    for (const number of ['+881612345678', '+882161234567', '+88312345678901']) assert.equal(toE164(number), number);
  });

  it('refuses a number without its area code', () => {
    refuses(/area code/, '253-0000', 'US');
  });

  it('gives the same answer when asked again, and after thousands of others', () => {
    assert.equal(toE164('0470123456', 'BE'), '+32470123456');
    assert.equal(toE164('0470123456', 'BE'), '+32470123456');
    refuses(/region/, '0470123456');
    for (let n = 0; n < 5000; n++) assert.equal(toE164(`+32470${100000 + n}`), `+32470${100000 + n}`);
    assert.equal(toE164('0470123456', 'BE'), '+32470123456');
  });

  it('remembers of a number that was cut out of a long text no more than the number', () => {
    const sms = createRequire(import.meta.url).resolve('../../dist/src/sms/index.js');
    const script = `const { toE164 } = require(${JSON.stringify(sms)});
      toE164('+32470123456');
      global.gc();
      const before = process.memoryUsage().heapUsed;
      for (let n = 100; n < 200; n++) toE164(('+32 470 123 ' + n + ';').padEnd(200_000, n).split(';')[0]);
      global.gc();
      console.log((process.memoryUsage().heapUsed - before) / 1e6);`;
    const grown = Number(execFileSync(process.execPath, ['--expose-gc', '-e', script], { encoding: 'utf8' }));
    assert(grown < 5, `${grown} MB, where the texts are 20 MB`);
  });

  it('does not load the phone library before a number is read', () => {
    const sms = createRequire(import.meta.url).resolve('../../dist/src/sms/index.js');
    const script = `require(${JSON.stringify(sms)}).measure('x');
      console.log(Object.keys(require.cache).some((path) => path.includes('libphonenumber')))`;
    assert.equal(execFileSync(process.execPath, ['-e', script], { encoding: 'utf8' }).trim(), 'false');
  });
});

function refused(input: unknown, region?: string): SmsError {
  try {
    toE164(input, region);
  } catch (error) {
    return error as SmsError;
  }
  return assert.fail(`${String(input)} was taken`);
}

function refuses(message: RegExp, input: unknown, region?: string): void {
  const error = refused(input, region);
  assert.equal(error.code, 'SMS_INVALID_NUMBER', error.message);
  assert.match(error.message, message);
  assert.ok(error.message.length < 220, error.message);
}
