/** Shows what a text costs below it: figures, parts as a bar, what the runtime would refuse, and buttons that repair. */
(() => {
  window.smsEditor = window.smsEditor || {};
  const say = (key, values) => smsEditor.text(`counter.${key}`, values);

  /** Wider than the tray is no bar. */
  const MOST_CELLS = 12;
  const MOST_BUTTONS = 12;
  /** Milliseconds without typing after which a screen reader is told. */
  const PAUSE = 700;

  /**
   * The view, in `place`. `act.fold(character)` replaces a character, or all without one; `act.find(character)` shows where
   * it is; `act.point(character)` while one of its buttons is looked at.
   */
  smsEditor.counterView = (place, act) => {
    const line = (name) => $(`<div class="sms-counter-${name}">`).appendTo(place);
    const figures = line('figures').attr('id', 'sms-figures');
    const told = $('<div>').appendTo(figures)[0];
    new ResizeObserver(() => figures.height(told.offsetHeight)).observe(told);
    const bar = line('bar').attr('aria-hidden', 'true');
    const refusal = line('refusal').addClass('sms-bad');
    const buttons = line('buttons');
    const notes = line('notes');
    const spoken = $('<div class="sms-spoken" role="status" aria-live="polite">').appendTo(place);
    let shownButtons = '';
    let pause;

    return {
      /** @param count of smsEditor.count; `recipients` and `sentences` are what the dialog knows beside */
      show(count, { maxParts, recipients, sentences }) {
        const news = figuresOf(count, recipients);
        lines(told, news, 'span');
        lines(refusal[0], [count.refusal], 'div');
        lines(notes[0], [...sentencesOf(count), ...sentences], 'div');
        showCells(bar[0], count.figures, maxParts);
        // A button that is looked at or has the focus stays the same button while nothing about it changes.
        const groups = groupsOf(count);
        const { vendor, carried, folded, without } = count;
        const wanted = JSON.stringify([groups, vendor, carried, folded, without, count.figures.parts]);
        if (wanted !== shownButtons) buttons.empty().append(rows(count, groups, act));
        shownButtons = wanted;
        clearTimeout(pause);
        const speech = [...news, count.refusal].filter(Boolean).join(', ');
        pause = setTimeout(() => spoken.text() !== speech && spoken.text(speech), PAUSE);
      },
    };
  };

  /** Alphabet, characters, parts, what is left, and what all recipients cost. */
  function figuresOf({ figures, atLeast }, recipients) {
    const { alphabet, characters, units, parts, remaining } = figures;
    const least = (text) => (atLeast ? say('atLeast', { figure: text }) : text);
    const seen = say('characters', { count: characters });
    const counted = say(alphabet === 'GSM-7' ? 'septets' : 'units', { count: units });
    const told = [
      alphabet,
      least(units === characters ? seen : `${seen} (${counted})`),
      least(say('parts', { count: parts })),
    ];
    if (!atLeast) told.push(say('remaining', { count: remaining }));
    if (recipients > 1) told.push(least(say('cost', { total: parts * recipients, count: recipients })));
    return told;
  }

  /** An element for each text that there is; what is as it was is not touched. */
  function lines(place, texts, tag) {
    const wanted = texts.filter(Boolean);
    while (place.childElementCount > wanted.length) place.lastElementChild.remove();
    while (place.childElementCount < wanted.length) place.append(document.createElement(tag));
    for (const [at, text] of wanted.entries()) {
      if (place.children[at].textContent !== text) place.children[at].textContent = text;
    }
  }

  /** A cell for each part, filled as far as the text fills it; of those that maxParts allows, too. */
  function showCells(bar, { parts, remaining, unitsPerPart }, maxParts) {
    const wanted = Math.max(parts, maxParts, 1);
    const count = wanted > MOST_CELLS ? 0 : wanted;
    while (bar.childElementCount > count) bar.lastElementChild.remove();
    while (bar.childElementCount < count) bar.append($('<span><span></span></span>')[0]);
    for (const [at, cell] of [...bar.children].entries()) {
      const filled = at + 1 < parts ? 1 : at + 1 === parts ? 1 - remaining / unitsPerPart : 0;
      cell.classList.toggle('sms-over', maxParts > 0 && at >= maxParts);
      cell.firstElementChild.style.clipPath = `inset(0 ${Math.round(100 * (1 - filled))}% 0 0 round 3px)`;
    }
  }

  function groupsOf({ outside }) {
    const groups = new Map();
    for (const { character, codePoint, replacement, kind } of outside) {
      const group = groups.get(character);
      if (group) group.count++;
      else groups.set(character, { character, codePoint, replacement, kind, count: 1 });
    }
    return [...groups.values()];
  }

  /** Those that need Unicode, those that are replaced anyway, and those that nothing stands for. */
  function rows(count, groups, act) {
    const of = (kind) => groups.filter((group) => group.kind === kind).map((group) => button(group, act));
    const foldable = of('foldable');
    const replaced = of('replaced');
    const stuck = of('stuck');
    const all = foldAll(count, act);
    return [
      ...row([say(count.vendor ? 'lost' : 'foldable'), foldable, all]),
      ...row([say(count.vendor ? 'changed' : 'replaced'), replaced, foldable.length > 0 ? '' : all]),
      ...row(count.carried ? ['', stuck, costOf(count, stuck.length)] : [say('stuck'), stuck, '']),
    ];
  }

  /** Buttons with a text before and something behind; nothing without buttons. */
  function row([before, buttons, behind]) {
    if (buttons.length === 0) return [];
    const more = buttons.length - MOST_BUTTONS;
    const parts = [before, ...buttons.slice(0, MOST_BUTTONS), more > 0 ? say('more', { count: more }) : '', behind];
    const shown = parts.filter((part) => part !== '');
    return [$('<div>').append(shown.map((part) => (typeof part === 'string' ? $('<span>').text(part) : part)))];
  }

  /** What the characters before it, that nothing stands for, make of the message. */
  function costOf({ figures, without }, characters) {
    const key = without > 0 && without < figures.parts ? 'costs' : 'costsNothing';
    return say(key, { count: characters, parts: figures.parts, without });
  }

  function button({ character, codePoint, replacement, kind, count }, act) {
    const isStuck = kind === 'stuck';
    const name = isStuck ? 'find' : replacement === '' ? 'remove' : 'fold';
    const title = say(name, {
      count,
      character: visible(character, codePoint),
      codePoint,
      replacement: visible(replacement),
    });
    const made = $('<button type="button" class="red-ui-button red-ui-button-small">')
      .addClass(`sms-mark-${kind}`)
      .attr({ title, 'aria-label': title })
      .append($('<b>').text(visible(character, codePoint)));
    if (!isStuck)
      made.append(
        $('<i class="fa fa-long-arrow-right" aria-hidden="true">'),
        $('<b>').text(visible(replacement) || '∅'),
      );
    if (count > 1) made.append($('<small>').text(`×${count}`));
    return made
      .on('click', () => (isStuck ? act.find(character) : act.fold(character)))
      .on('mouseenter focus', () => act.point(character))
      .on('mouseleave blur', () => act.point());
  }

  function foldAll({ folded, figures }, act) {
    // What stays Unicode may grow: three dots for one.
    const key = folded === figures.parts ? 'foldAll' : 'foldAllSaves';
    return $('<button type="button" class="red-ui-button red-ui-button-small">')
      .append('<i class="fa fa-magic" aria-hidden="true">')
      .append($('<span>').text(say(key, { count: folded, parts: figures.parts })))
      .on('click', () => act.fold());
  }

  /** What needs no button. */
  function sentencesOf({ script, filledIn, figures }) {
    const sentences = [];
    if (script && figures.alphabet === 'UCS-2') sentences.push(say('script'));
    if (filledIn.length > 0) sentences.push(say('filledIn', { words: filledIn.join(', ') }));
    return sentences;
  }

  /** A character as a person can see it: a space or a character that shows nothing by its name or number. */
  function visible(character, codePoint = '') {
    if (character === ' ') return say('space');
    if (character === '\n') return say('lineBreak');
    return /^[\s\p{Default_Ignorable_Code_Point}\p{Cc}]+$/u.test(character) ? codePoint : (character ?? '');
  }
})();
