/** A text area in which characters can be marked: the marks are painted on a layer behind it that wraps in the same way. */
(() => {
  window.smsEditor = window.smsEditor || {};

  /** A person sees no more at once, and each costs the browser its layout. */
  const MOST_MARKS = 500;

  /** Puts the text area in `place`. `onInput` is called at each change, by whomever. */
  smsEditor.paper = (place, onInput) => {
    const layer = $('<div class="sms-marks" aria-hidden="true">').appendTo(place)[0];
    const area = $('<textarea class="sms-area" rows="4" spellcheck="true">').appendTo(place)[0];
    area.addEventListener('input', onInput);
    const follow = () => {
      layer.scrollTop = area.scrollTop;
    };
    area.addEventListener('scroll', follow);

    return {
      area,

      /** Marks these places, in order: {index, length, kind, group}. Neighbours of one group are one mark. */
      mark(places) {
        const wasEmpty = layer.firstChild === null;
        paint(layer, area.value, merged(places).slice(0, MOST_MARKS));
        if (wasEmpty && layer.firstChild !== null) follow();
      },

      /** Lets the marks of one group stand out; undefined: of none. */
      point(group) {
        for (const mark of layer.querySelectorAll('mark'))
          mark.classList.toggle('sms-pointed', mark.dataset.group === group);
      },

      /** Selects what begins at `index`, and brings it into view. */
      select(index, length) {
        area.focus();
        area.setSelectionRange(index, index + length);
      },

      /** Puts another text in, as typing would: it can be undone. */
      write(text, caret) {
        const { start, end, put } = change(area.value, text);
        area.focus();
        area.setSelectionRange(start, end);
        // The only way that keeps what the person typed before within reach of Undo.
        const isDone = put === '' ? document.execCommand('delete') : document.execCommand('insertText', false, put);
        if (!isDone) area.value = text;
        area.setSelectionRange(caret, caret);
        if (!isDone) onInput();
      },
    };
  };

  /**
   * What of `old`, from `start` to `end`, is to be overwritten with `put` to have `text`. It begins and ends with a whole
   * character: a browser overwrites no mark without the letter that it stands on.
   */
  function change(old, text) {
    const shorter = Math.min(text.length, old.length);
    let start = 0;
    while (start < shorter && text[start] === old[start]) start++;
    let same = 0;
    while (same < shorter - start && text.at(-1 - same) === old.at(-1 - same)) same++;
    const seen = new Intl.Segmenter().segment(old);
    const last = seen.containing(old.length - same);
    const end = last && last.index < old.length - same ? last.index + last.segment.length : old.length - same;
    start = seen.containing(start)?.index ?? start;
    return { start, end, put: text.slice(start, text.length - (old.length - end)) };
  }

  function merged(places) {
    const runs = [];
    for (const place of places) {
      const last = runs.at(-1);
      if (last?.group === place.group && last.index + last.length === place.index) last.length += place.length;
      else runs.push({ ...place });
    }
    return runs;
  }

  /**
   * Text, mark, text, mark, … text; nothing at all without marks. Where one types, a single one of them changes, and the
   * others are left alone: a browser lays out again what is touched.
   */
  function paint(layer, text, runs) {
    const wanted = runs.length === 0 ? 0 : 2 * runs.length + 1;
    while (layer.childNodes.length > wanted) layer.lastChild.remove();
    for (let at = layer.childNodes.length; at < wanted; at++) {
      layer.append(at % 2 === 0 ? document.createTextNode('') : document.createElement('mark'));
    }
    let done = 0;
    let node = layer.firstChild;
    for (const { index, length, kind, group } of runs) {
      put(node, text.slice(done, index));
      done = index + length;
      const mark = node.nextSibling;
      put(mark, text.slice(index, done));
      if (mark.className !== `sms-mark-${kind}`) mark.className = `sms-mark-${kind}`;
      if (mark.dataset.group !== group) mark.dataset.group = group;
      node = mark.nextSibling;
    }
    // A line break at the very end needs a line behind it to be one.
    if (node) put(node, `${text.slice(done)}\n`);
  }

  function put(node, text) {
    if (node.textContent !== text) node.textContent = text;
  }
})();
