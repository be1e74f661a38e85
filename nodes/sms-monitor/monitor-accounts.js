/** The accounts, one of them chosen: what each is, what waits and is held in it, and the balance of the chosen one. */
(() => {
  const { make, text, icon, button, time } = smsMonitor;

  /** @param onChoice told which account somebody wants to see */
  smsMonitor.accounts = (onChoice) => {
    const list = make('ul', 'sms-list');
    const balance = make('div', 'sms-balance');
    const section = smsMonitor.section('accounts', list);
    let asked = '';

    const ask = async (id, place) => {
      place.find('button').prop('disabled', true);
      const said = place.find('[role="status"]');
      try {
        tell(said, await smsEditor.ask('POST', `sms/accounts/${id}/balance`));
      } catch (error) {
        said.empty().text(error.message);
      }
      place.find('button').prop('disabled', false);
    };

    const showBalance = (id, known) => {
      const state = JSON.stringify([id, known]);
      if (state === asked) return;
      asked = state;
      const isBusy = balance.data('account') === id && balance.children().length > 0;
      if (!known) balance.empty();
      else if (known.able !== true) balance.empty().append(make('span', 'sms-hint', known.able));
      else if (!isBusy) {
        const said = make('span', '').attr('role', 'status');
        balance.empty().append(
          button(text('askBalance'), 'refresh', () => ask(id, balance)),
          said,
        );
        if (known.known) tell(said, known.known);
      } else if (known.known) tell(balance.find('[role="status"]'), known.known);
      balance.data('account', id);
    };

    return {
      section,
      show(accounts, chosen, known) {
        section.toggle(accounts.length > 0);
        const items = accounts.map((account) => ({
          ...account,
          isChosen: account.id === chosen,
          age: null,
          oldest: null,
        }));
        smsMonitor.fill(
          list,
          items,
          ({ id }) => id,
          (place, account) => fill(place, account, onChoice),
        );
        const place = list.children('[data-key]').filter((_index, { dataset }) => dataset.key === chosen);
        if (!balance.parent().is(place)) place.append(balance);
        showBalance(chosen, known);
      },
    };
  };

  function tell(place, { amount, unit, askedAt }) {
    const words = text('balance', { amount: Number(amount).toLocaleString(), unit });
    place.empty().append(make('b', '', words), document.createTextNode(' '), time(askedAt));
  }

  /** The button stays while what is on it changes: it may have the focus. */
  function fill(place, { id, name, provider, sandboxed, counts, trouble, isChosen }, onChoice) {
    let row = place.children('button');
    if (row.length === 0)
      row = make('button', 'sms-account')
        .attr('type', 'button')
        .on('click', () => onChoice(id))
        .appendTo(place);
    const label = smsEditor.provider(provider)?.label ?? provider;
    const title = name || id;
    const waiting = counts ? counts.waiting + counts.sending + counts.unknown : 0;
    row
      .attr('aria-pressed', String(isChosen))
      .empty()
      .append([
        make('span', 'sms-title', [
          make('b', '', title),
          label && label !== title ? make('span', 'sms-hint', label) : null,
        ]),
        sandboxed ? badge('plain', 'flask', text('sandbox')) : null,
        waiting > 0 ? badge('plain', 'clock-o', text('waiting', { waiting })) : null,
        counts?.held > 0 ? badge('odd', 'pause', text('held', { held: counts.held })) : null,
        trouble ? badge('bad', 'warning', trouble.code) : null,
      ]);
    place.children('.sms-said').remove();
    if (trouble) make('div', 'sms-said', trouble.message).appendTo(place);
  }

  function badge(tone, name, label) {
    return make('span', `sms-badge sms-tone-${tone}`, [icon(name), document.createTextNode(` ${label}`)]);
  }
})();
