/** The phones of the sandbox: what arrives on them, and a line to write back. */
(() => {
  const { make, text, time, icon } = smsMonitor;

  /** In place of a number: one that the person writes. */
  const ANOTHER = '';

  /** @param refresh shows what has changed, now */
  smsMonitor.phone = (refresh) => {
    const choice = make('select', '').attr('id', 'sms-monitor-whose');
    const number = make('input', 'sms-number').attr({
      type: 'tel',
      maxlength: 20,
      placeholder: '+32470120000',
      'aria-label': text('phoneNumber'),
      autocomplete: 'off',
    });
    const label = make('label', '', text('whose')).attr('for', 'sms-monitor-whose');
    const whose = make('div', 'sms-whose', [label, choice, number]);
    const list = make('ol', '');
    const screen = make('div', 'sms-screen', list).attr({ role: 'log', 'aria-label': text('onPhone'), tabindex: 0 });
    const empty = make('p', 'sms-empty', text('noPhone'));
    const words = make('input', '').attr({
      type: 'text',
      maxlength: 1600,
      placeholder: text('reply'),
      'aria-label': text('reply'),
      autocomplete: 'off',
    });
    const send = make('button', 'sms-send-reply', icon('paper-plane')).attr({
      type: 'submit',
      'aria-label': text('sendReply'),
      title: text('sendReply'),
    });
    const form = make('form', '', [words, send]);
    const handset = make('div', 'sms-handset', [
      make('div', 'sms-ear').attr('aria-hidden', 'true'),
      whose,
      empty,
      screen,
      form,
    ]);
    const result = make('p', 'sms-result').attr('role', 'status').hide();
    const section = smsMonitor.section('phone', make('p', 'sms-hint', text('phoneHint')), handset, result);
    let account;
    let picked = false;
    let offered;
    let messages = [];

    const draw = () => {
      const phones = [...new Set(messages.map(({ phone }) => phone).reverse())];
      const before = choice.val();
      if (offered?.join() !== phones.join()) {
        offered = phones;
        const another = make('option', '', text('anotherPhone')).val(ANOTHER);
        choice.empty().append([...phones.map((phone) => make('option', '', phone).val(phone)), another]);
        if (phones.includes(before) || (picked && before === ANOTHER)) choice.val(before);
      }
      // The phone that rang last, unless somebody is busy with another.
      if (!picked && words.val() === '' && phones.length > 0) choice.val(phones[0]);
      const phone = choice.val();
      const isEmpty = phones.length === 0;
      empty.toggle(isEmpty);
      number.toggle(phone === ANOTHER);
      for (const part of [label, choice, screen]) part.toggle(!isEmpty);
      const count = list.children().length;
      smsMonitor.fill(
        list,
        messages.filter((message) => message.phone === phone),
        ({ id }) => id,
        fill,
      );
      if (list.children().length !== count || choice.val() !== before) screen.scrollTop(screen.get(0).scrollHeight);
    };

    choice.on('change', () => {
      picked = true;
      draw();
      if (choice.val() === ANOTHER) number.trigger('focus');
    });
    form.on('submit', async (event) => {
      event.preventDefault();
      const written = words.val();
      const from = choice.val() === ANOTHER ? number.val().trim() : choice.val();
      if (from === '') number.trigger('focus');
      if (from === '' || written.trim() === '') return;
      send.prop('disabled', true);
      try {
        const { routed } = await smsEditor.ask('POST', `sms/accounts/${account}/phone`, { from, text: written });
        words.val('');
        // What it has written shows on the phone, among those that have a message.
        if (choice.val() === ANOTHER) picked = false;
        smsEditor.say(result, routed ? 'good' : 'bad', text(routed ? 'replied' : 'unrouted'));
        await refresh();
      } catch (error) {
        smsEditor.say(result, 'bad', error.message);
      }
      send.prop('disabled', false);
      words.trigger('focus');
    });

    return {
      section,
      /** @param all what is on the phones, oldest first; null for an account that is not on the sandbox */
      show(id, all) {
        section.toggle(all !== null);
        if (id !== account) {
          account = id;
          picked = false;
          words.val('');
          number.val('');
          smsEditor.say(result, 'plain', '');
        }
        messages = all ?? [];
        draw();
      },
    };
  };

  function fill(place, { written, text: words, at, status }) {
    const state = written ? text('written') : text(`stage.${status}`);
    place
      .toggleClass('sms-written', written)
      .empty()
      .append(
        make('span', 'sms-spoken', text(written ? 'fromPhone' : 'toPhone')),
        make('div', 'sms-bubble', words),
        make('div', 'sms-when', [time(at), document.createTextNode(` · ${state}`)]),
      );
  }
})();
