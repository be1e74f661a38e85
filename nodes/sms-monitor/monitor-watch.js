/** The monitor itself: which account is shown, and how what it shows stays true while somebody looks. */
(() => {
  const { make, text } = smsMonitor;
  const EVERY = 2000;

  /** Puts the monitor into the sidebar. */
  smsMonitor.open = () => {
    const content = make('div', 'sms-monitor');
    const { refresh } = watch(content);
    RED.sidebar.addTab({
      id: 'sms-monitor',
      label: text('tab'),
      name: text('name'),
      content,
      iconClass: 'fa fa-commenting-o',
      enableOnEdit: true,
      onchange: () => refresh(),
    });
    RED.actions.add('sms:show-monitor', () => RED.sidebar.show('sms-monitor'), { label: text('show') });
  };

  function watch(content) {
    const trouble = make('p', 'sms-result').attr('role', 'status').hide();
    const empty = make('div', 'sms-welcome', [
      make('p', '', text('noAccounts')),
      make('p', '', text('noAccountsDo')),
    ]).hide();
    const accounts = smsMonitor.accounts((id) => {
      chosen = id;
      return refresh(true);
    });
    const again = () => refresh(true);
    const charts = smsMonitor.charts((name) => {
      span = name;
      return refresh(true);
    });
    const [held, messages, phone] = [smsMonitor.held(again), smsMonitor.messages(), smsMonitor.phone(again)];
    const body = make('div', 'sms-body', [held.section, phone.section, charts.section, messages.section]).hide();
    content.append(trouble, empty, accounts.section, body);
    let chosen;
    let span = 'hour';
    let underWay = null;

    const isSeen = () => !document.hidden && content.is(':visible') && window.smsEditor !== undefined;

    const look = async () => {
      // What the providers are called is nice to know, no more.
      await smsEditor.providers().catch(() => {});
      const { accounts: all } = await smsEditor.ask('GET', 'sms/accounts');
      empty.toggle(all.length === 0);
      if (!all.some(({ id }) => id === chosen)) chosen = all[0]?.id;
      const shown = all.find(({ id }) => id === chosen);
      const asked = [chosen, span];
      const isAble = shown !== undefined && shown.trouble === null;
      const [figures, phones] = isAble ? await Promise.all([ofAccount(shown, span), onPhones(shown)]) : [];
      // Somebody may have chosen another in the meantime.
      if (asked[0] !== chosen || asked[1] !== span) return;
      accounts.show(all, chosen, figures?.balance);
      body.toggle(isAble);
      if (!isAble) return;
      charts.show(figures.history, figures.counts);
      held.show(chosen, figures.held);
      messages.show(figures.messages);
      phone.show(chosen, phones);
    };

    const run = async () => {
      try {
        await look();
        smsEditor.say(trouble, 'plain', '');
      } catch (error) {
        smsEditor.say(trouble, 'bad', error.message);
      }
    };

    /** @param isUrgent what is under way may not know of it yet */
    async function refresh(isUrgent = false) {
      if (!isSeen()) return;
      if (underWay && !isUrgent) return underWay;
      await underWay;
      underWay = run().finally(() => {
        underWay = null;
      });
      return underWay;
    }

    setInterval(refresh, EVERY, false);
    new IntersectionObserver(() => refresh()).observe(content.get(0));
    return { refresh };
  }

  const ofAccount = ({ id }, span) => smsEditor.ask('GET', `sms/accounts/${id}/monitor?span=${span}`);

  async function onPhones({ id, sandboxed }) {
    return sandboxed ? (await smsEditor.ask('GET', `sms/accounts/${id}/phone`)).messages : null;
  }
})();
