/** The newest messages of an account, each with its life line: what it went through, and when. */
(() => {
  const { make, text, time } = smsMonitor;
  /** How a stage looks: good, bad, or a trouble that is not over. */
  const TONES = { delivered: 'good', refused: 'bad', failed: 'bad', expired: 'bad', unknown: 'odd', held: 'odd' };

  smsMonitor.messages = () => {
    const list = make('ol', 'sms-list');
    const empty = make('p', 'sms-empty', text('noMessages'));
    return {
      section: smsMonitor.section('messages', empty, list),
      show(messages) {
        empty.toggle(messages.length === 0);
        smsMonitor.fill(list, messages, ({ reference }) => reference, fill);
      },
    };
  };

  function fill(place, message) {
    const { to, text: words, stage, said, parts } = message;
    const isBad = TONES[stage] === 'bad';
    place
      .empty()
      .append([
        make('div', 'sms-head', [
          make('span', 'sms-number', to),
          parts > 1 ? make('span', 'sms-parts', text('parts', { parts })) : null,
          make('span', `sms-badge sms-tone-${TONES[stage] ?? 'plain'}`, text(`stage.${stage}`)),
        ]),
        make('div', 'sms-words', words).attr('title', words),
        lifeLine(message),
        isBad && said ? make('div', 'sms-said', said) : null,
      ]);
  }

  function lifeLine({ steps, final, due, attempts }) {
    const line = make('ol', 'sms-life').attr('aria-label', text('lifeLine'));
    for (const { stage, at } of steps) {
      make('li', `sms-tone-${TONES[stage] ?? 'plain'}`, [make('span', '', text(`stage.${stage}`)), time(at)]).appendTo(
        line,
      );
    }
    if (!final)
      make(
        'li',
        'sms-next',
        due ? [make('span', '', text(attempts > 0 ? 'again' : 'leaves')), time(due)] : [make('span', '', '…')],
      ).appendTo(line);
    return line;
  }
})();
