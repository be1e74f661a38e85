/** The messages that are held, and what a person decides about them. */
(() => {
  const { make, text, time, button } = smsMonitor;
  /** The last segment of the address of each decision; those that are asked back cannot be undone. */
  const VERDICTS = [
    { name: 'sendAgain', path: 'send-again', icon: 'repeat', asksBack: true },
    { name: 'markSent', path: 'mark-sent', icon: 'check' },
    { name: 'drop', path: 'drop', icon: 'trash-o', asksBack: true },
  ];

  /** @param refresh shows what has changed, now */
  smsMonitor.held = (refresh) => {
    const list = make('ul', 'sms-list');
    const result = make('p', 'sms-result').attr({ role: 'status', tabindex: -1 });
    const section = smsMonitor.section('held', make('p', 'sms-hint', text('heldHint')), list, result);
    let account;
    let shown = [];

    const decide = async (message, { name, path }) => {
      try {
        await smsEditor.ask('POST', `sms/accounts/${account}/held/${message.reference}/${path}`);
        smsEditor.say(result, 'good', text(`decided.${name}`, { to: message.to }));
      } catch (error) {
        smsEditor.say(result, 'bad', error.message);
      }
      await refresh();
      // What had the focus may be gone.
      result.trigger('focus');
    };

    const ask = (actions, message, verdict) => {
      const no = () => offer(actions, message, verdict.name);
      const yes = button(text(`verdict.${verdict.name}`), verdict.icon, () => {
        actions.find('button').prop('disabled', true);
        decide(message, verdict);
      });
      const question = make('p', 'sms-question', text(`sure.${verdict.name}`));
      actions.empty().append(question, yes.addClass('sms-sure'), button(text('cancel'), 'times', no));
      actions.off('keydown').on('keydown', (event) => {
        if (event.key !== 'Escape') return;
        // The editor has shortcuts of its own, and looks for the button, which is gone.
        event.stopPropagation();
        no();
      });
      yes.trigger('focus');
    };

    const offer = (actions, message, focus) => {
      actions.empty().off('keydown');
      for (const verdict of VERDICTS) {
        const chosen = button(text(`verdict.${verdict.name}`), verdict.icon, () => {
          if (verdict.asksBack) return ask(actions, message, verdict);
          actions.find('button').prop('disabled', true);
          decide(message, verdict);
        });
        chosen
          .attr('aria-label', text('verdictOn', { verdict: text(`verdict.${verdict.name}`), to: message.to }))
          .appendTo(actions);
        if (verdict.name === focus) chosen.trigger('focus');
      }
    };

    const fill = (place, message) => {
      const { to, text: words, since, attempts, providerMessage, providerCode } = message;
      const actions = make('div', 'sms-actions');
      const said = providerMessage ?? providerCode;
      place
        .empty()
        .append([
          make('div', 'sms-head', [make('span', 'sms-number', to), time(since)]),
          make('div', 'sms-words', words).attr('title', words),
          make('div', 'sms-hint', text('tried', { attempts }) + (said ? ` ${text('vendorSaid', { said })}` : '')),
          actions,
        ]);
      offer(actions, message);
    };

    return {
      section,
      show(id, messages) {
        if (id !== account) smsEditor.say(result, 'plain', '');
        account = id;
        shown = messages;
        section.toggle(shown.length > 0 || result.text() !== '');
        section.children('.sms-hint').toggle(shown.length > 0);
        smsMonitor.fill(list, shown, ({ reference }) => reference, fill);
      },
    };
  };
})();
