/** The figures of an account: for each of the five a number and its bars, and all of them in a table. */
(() => {
  const { make, text } = smsMonitor;
  const SPANS = ['hour', 'day', 'week'];
  /** Those that are counted have one scale, so that they can be compared. */
  const COUNTED = ['sent', 'delivered', 'failed'];
  const FIGURES = [...COUNTED, 'waiting', 'held'];
  const SVG = 'http://www.w3.org/2000/svg';
  const [WIDE, HIGH] = [10, 28];
  /** A bar that is not nought is seen. */
  const LEAST = 3;

  /** @param onSpan told which span somebody wants to see */
  smsMonitor.charts = (onSpan) => {
    const spans = make('div', 'sms-spans').attr({ role: 'group', 'aria-label': text('spans') });
    for (const span of SPANS) {
      make('button', 'red-ui-button red-ui-button-small', text(`span.${span}`))
        .attr({ type: 'button', 'data-span': span })
        .on('click', () => onSpan(span))
        .appendTo(spans);
    }
    const rows = make('div', 'sms-rows');
    const axis = make('div', 'sms-axis').attr('aria-hidden', 'true');
    const table = make('table', '');
    const fold = make('details', '', [make('summary', '', text('asTable')), make('div', 'sms-scroll', table)]);
    const section = smsMonitor.section('charts', spans, rows, axis, fold);
    let shown;
    return {
      section,
      show(history, counts) {
        const state = JSON.stringify([history, counts]);
        if (state === shown) return;
        shown = state;
        for (const button of spans.children().get()) {
          $(button)
            .attr('aria-pressed', String(button.dataset.span === history.span))
            .toggleClass('selected', button.dataset.span === history.span);
        }
        const highest = (names) => Math.max(1, ...history.slots.flatMap((slot) => names.map((name) => slot[name])));
        const common = highest(COUNTED);
        rows
          .empty()
          .append(FIGURES.map((name) => row(name, history, counts, COUNTED.includes(name) ? common : highest([name]))));
        axis.empty().append(ends(history).map((label) => make('span', '', label)));
        table.empty().append(cells(history));
      },
    };
  };

  function row(name, history, counts, highest) {
    const number = history.total[name] ?? now(name, counts);
    const key = name in history.total ? 'chart' : 'chartNow';
    const most = Math.max(...history.slots.map((slot) => slot[name]));
    const label = text(key, { name: text(`figure.${name}`), number, most, span: text(`within.${history.span}`) });
    return make('div', `sms-row sms-is-${name}`, [
      make('span', 'sms-name', text(`figure.${name}`)),
      make('b', number === 0 ? 'sms-nought' : '', String(number)).attr('data-figure', name),
      bars(name, history, highest, label),
    ]);
  }

  /** What waits at this moment is anywhere on its way. */
  function now(name, counts) {
    return name === 'held' ? counts.held : counts.waiting + counts.sending + counts.unknown;
  }

  function bars(name, { slots, step }, highest, label) {
    const width = slots.length * WIDE;
    const svg = drawn('svg', {
      viewBox: `0 0 ${width} ${HIGH}`,
      preserveAspectRatio: 'none',
      role: 'img',
      'aria-label': label,
    });
    svg.append(drawn('rect', { class: 'sms-base', x: 0, y: HIGH - 1, width, height: 1 }));
    slots.forEach((slot, index) => {
      const value = slot[name];
      const height = value === 0 ? 0 : Math.max(LEAST, (value / highest) * (HIGH - 2));
      const group = drawn('g', {});
      group.append(
        drawn('rect', { class: 'sms-air', x: index * WIDE, y: 0, width: WIDE, height: HIGH }),
        drawn('rect', { class: 'sms-bar', x: index * WIDE + 1.5, y: HIGH - height, width: WIDE - 3, height }),
      );
      const tip = drawn('title', {});
      tip.textContent = `${clock(slot.at, step)}: ${value}`;
      group.append(tip);
      svg.append(group);
    });
    return svg;
  }

  function drawn(tag, attributes) {
    const element = document.createElementNS(SVG, tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    return element;
  }

  function clock(at, step) {
    const time = { hour: '2-digit', minute: '2-digit' };
    return new Date(at).toLocaleString(undefined, step > 3600_000 ? { weekday: 'short', ...time } : time);
  }

  function ends({ slots, step }) {
    return [clock(slots[0].at, step), clock(slots[slots.length / 2].at, step), text('now')];
  }

  function cells({ slots, step, span }) {
    const head = ['slot', ...FIGURES.map((name) => `figure.${name}`)];
    // Where nothing happened there is nothing to read.
    const filled = slots.filter((slot) => FIGURES.some((name) => slot[name] > 0)).reverse();
    const body = filled.map((slot) =>
      make('tr', '', [
        make('th', '', clock(slot.at, step)).attr('scope', 'row'),
        ...FIGURES.map((name) => make('td', '', String(slot[name]))),
      ]),
    );
    const none = make(
      'tr',
      '',
      make('td', '', text('noneIn', { span: text(`within.${span}`) })).attr('colspan', head.length),
    );
    return [
      make('caption', 'sms-spoken', text('caption', { span: text(`within.${span}`) })),
      make(
        'thead',
        '',
        make(
          'tr',
          '',
          head.map((key) => make('th', '', text(key)).attr('scope', 'col')),
        ),
      ),
      make('tbody', '', body.length > 0 ? body : none),
    ];
  }
})();
