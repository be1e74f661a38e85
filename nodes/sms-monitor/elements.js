/** What the parts of the monitor have in common: texts, times, elements, and lists that keep what has not changed. */
(() => {
  window.smsMonitor = window.smsMonitor || {};
  const NAMESPACE = '@smsflow/node-red-sms/sms-monitor:sms-monitor.';
  const DAY = 24 * 3600_000;

  smsMonitor.text = (key, values) => RED._(NAMESPACE + key, values);

  /** An element with a text, or with what is in it. Text is never HTML. */
  smsMonitor.make = (tag, className, content) => {
    const element = $(document.createElement(tag)).addClass(className);
    return typeof content === 'string' ? element.text(content) : element.append(content ?? []);
  };

  /** A time of the last hours to the second, an older one with its day. */
  smsMonitor.time = (at) => {
    const date = new Date(at);
    const isNear = Math.abs(Date.now() - date.getTime()) < DAY / 2;
    const short = { month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit' };
    const shown = isNear ? date.toLocaleTimeString() : date.toLocaleString(undefined, short);
    return smsMonitor.make('time', '', shown).attr({ datetime: at, title: date.toLocaleString() });
  };

  smsMonitor.icon = (name) => smsMonitor.make('i', `fa fa-${name}`).attr('aria-hidden', 'true');

  /** A button that needs no mouse, with an icon before its label. */
  smsMonitor.button = (label, icon, act) =>
    smsMonitor
      .make('button', 'red-ui-button red-ui-button-small', [
        smsMonitor.icon(icon),
        document.createTextNode(` ${label}`),
      ])
      .attr('type', 'button')
      .on('click', act);

  /** A part of the monitor under a heading. */
  smsMonitor.section = (name, ...content) => {
    const heading = smsMonitor.make('h3', '', smsMonitor.text(`heading.${name}`)).attr('id', `sms-monitor-${name}`);
    return smsMonitor
      .make('section', `sms-${name}`, [heading, ...content])
      .attr('aria-labelledby', `sms-monitor-${name}`);
  };

  /** Shows items in a list. An element stays while its item is there, and is filled anew only when that has changed. */
  smsMonitor.fill = (list, items, keyOf, fill) => {
    const there = new Map(
      list
        .children()
        .get()
        .map((element) => [element.dataset.key, element]),
    );
    items.forEach((item, index) => {
      const key = String(keyOf(item));
      const element = there.get(key) ?? smsMonitor.make('li', '').attr('data-key', key).get(0);
      there.delete(key);
      const state = JSON.stringify(item);
      if (element.smsState !== state) {
        element.smsState = state;
        fill($(element), item);
      }
      if (list.children().get(index) !== element) list.get(0).insertBefore(element, list.children().get(index) ?? null);
    });
    for (const element of there.values()) element.remove();
  };
})();
