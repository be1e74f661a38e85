/** The words by which a phone opts out, and in again. */
import assert from 'node:assert/strict';
import { wishOf } from '../../dist/src/sms/opt-out.js';

describe('a text that opts out', () => {
  const STOPS = [
    'STOP',
    'STOP ALL',
    'STOPALL',
    'ARRET',
    'ARRÊT',
    'DESINSCRIRE',
    'DÉSINSCRIRE',
    'UITSCHRIJVEN',
    'ABMELDEN',
  ];

  for (const word of STOPS) {
    it(`is '${word}', in any case and whatever stands around it`, () => {
      const written = [
        word,
        word.toLowerCase(),
        `${word.slice(0, 1)}${word.slice(1).toLowerCase()}`,
        word.normalize('NFD'),
        `  ${word}\r\n`,
        `« ${word} »`,
        `"${word}"!`,
        `*${word}*`,
        `${word}.`,
        `¡${word}! 😡`,
        `\u200b${word}\u00a0`,
      ];
      for (const text of written) assert.equal(wishOf(text), 'stop', JSON.stringify(text));
    });
  }

  it('is STOP with a short code, as French operators have it', () => {
    for (const text of ['STOP 36180', 'stop au 36111', 'Stop: 38123', 'STOP (36180)'])
      assert.equal(wishOf(text), 'stop', text);
  });

  it('is STOP ALL with whatever white space between', () => {
    for (const text of ['stop  all', 'Stop-All', 'STOP\nALL']) assert.equal(wishOf(text), 'stop', text);
  });

  it('is no sentence that has such a word in it', () => {
    const others = [
      'please stop by',
      'Stop by at 5',
      'STOP 2',
      'STOP 36180 42',
      'bus stop',
      'non-stop',
      'stopped',
      'st op',
      'arrêt de bus',
      'Wie kann ich mich abmelden?',
      'uitschrijven graag',
      'start up',
      'OK',
      '',
      ' ',
      '?!',
      '36180',
      'STOP '.repeat(50),
      `STOP${' '.repeat(10)}${'x'.repeat(1_000_000)}`,
    ];
    for (const text of others) assert.equal(wishOf(text), null, text.slice(0, 40));
  });

  it('is taken back by START', () => {
    for (const text of ['START', 'start', ' Start! ', 'START 36180']) assert.equal(wishOf(text), 'start', text);
  });
});
