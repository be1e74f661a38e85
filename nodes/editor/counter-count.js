/** What a text costs and why: the figures and the refusals of the runtime, by its own code, for the eyes of a person. */
(() => {
  window.smsEditor = window.smsEditor || {};
  const { composeFor, measureFor } = smsEditor.require('providers/transcript');
  const { measure } = smsEditor.require('sms/segments');
  const { outsideGsm, putReplacements } = smsEditor.require('sms/folding');
  const { fieldsOf, fill } = smsEditor.require('sms/template');

  /** More letters than this that nothing stands for are no slip of the pen: the text is in another script. */
  const SCRIPT = 20;
  const LETTER = /^\p{L}/u;

  /**
   * The figures of a text as it would be sent with these settings: `alphabet`, `maxParts`, `provider` (of the catalog, if
   * one is known), `filled` when each {{field}} in it will be filled in, and the `fields` of a recipient, if they are known.
   *
   * - `figures` a Measurement; with fields it is the least
   * - `refusal` the sentence with which the runtime would refuse the text, or an empty one
   * - `atLeast` whether there are fields whose length is not known
   * - `blanks` what is filled in later: {index, length}, in order
   * - `outside` what is outside the GSM alphabet, in order: as UnicodeCharacter, with its kind: `foldable` and `stuck`
   *   need Unicode (or would be lost, at a provider without it), `replaced` is replaced on its way
   * - `script` whether the text is in letters that only Unicode has; `outside` is empty then
   * - `folded` the parts with all replaced that can be, `without` with the rest left out as well
   * - `vendor` whether it is the provider that changes what is outside; `carried` whether it goes out as it is
   * - `filledIn` the words for which the provider puts something else
   */
  smsEditor.count = (text, { alphabet = 'auto', maxParts = 0, provider, filled = false, fields } = {}) => {
    const own = (provider && smsEditor.require(`providers/${provider.id}/characters`)) ?? {};
    const vendor = { label: provider?.label, transcribe: own.transcribe };
    const filledIn = (own.filledIn ?? []).filter((word) => text.includes(word));
    const named = filled ? fieldsOf(text) : [];
    const bare = blanked(text, named, () => '');
    // The same with every character where it was.
    const padded = blanked(text, named, (length) => ' '.repeat(length));
    const refusal = refusalOf(vendor, bare, padded, { alphabet, maxParts }) || (fields ? unfillable(text, fields) : '');
    const outside = outsideOf(vendor, padded, alphabet);
    const script = outside.filter(({ character, kind }) => kind === 'stuck' && LETTER.test(character)).length > SCRIPT;
    return {
      figures: shown(vendor, bare, alphabet),
      refusal,
      atLeast: named.length > 0,
      blanks: [...named, ...placesOf(filledIn, text)].sort((a, b) => a.index - b.index),
      outside: script ? [] : outside,
      script,
      ...costs(bare, outside, padded === bare),
      vendor: alphabet === 'auto' && own.transcribe !== undefined,
      carried: alphabet === 'auto' && own.transcribe === undefined,
      filledIn,
    };
  };

  /** The text with all in it replaced that can be, and `caret`, which was a place in it, moved along. */
  smsEditor.foldText = (text, outside, caret) => {
    const before = outside.filter(({ index, replacement }) => replacement !== null && index < caret);
    const growth = before.reduce((sum, { character, replacement }) => sum + replacement.length - character.length, 0);
    return { text: putReplacements(text, outside), caret: caret + growth };
  };

  function refusalOf(vendor, bare, padded, options) {
    // Nothing is written yet, or only what is filled in later.
    if (bare === '' || (padded !== bare && bare.trim() === '')) return '';
    try {
      composeFor(vendor, bare, options);
      return '';
    } catch (error) {
      // A sentence that names characters says where they are.
      if (error.code === 'SMS_INVALID_TEXT' && padded !== bare) return refusalOf(vendor, padded, padded, options);
      return error.message;
    }
  }

  function unfillable(text, fields) {
    try {
      fill(text, fields);
      return '';
    } catch (error) {
      return error.message;
    }
  }

  /** The figures even of what would be refused. */
  function shown(vendor, text, alphabet) {
    try {
      return measureFor(vendor, text, alphabet);
    } catch {
      return measure(text, alphabet);
    }
  }

  function outsideOf(vendor, text, alphabet) {
    if (alphabet === 'unicode') return [];
    const found = outsideGsm(text);
    const changes = alphabet === 'auto' && found.length > 0 ? vendor.transcribe?.(text).changed : undefined;
    const kept = new Set(changes?.filter(({ replacement }) => replacement !== null).map(({ index }) => index));
    return found.map((one) => {
      const replaced = alphabet === 'gsm' ? one.replacement !== null : kept.has(one.index);
      return { ...one, kind: replaced ? 'replaced' : one.replacement === null ? 'stuck' : 'foldable' };
    });
  }

  /** `isWhole`: the characters of `outside` stand in the text where they say. */
  function costs(text, outside, isWhole) {
    if (outside.length === 0) return {};
    const folded = putReplacements(text, isWhole ? outside : outsideGsm(text));
    const left = folded === text && isWhole ? outside : outsideGsm(folded);
    const stuck = left.map((one) => ({ ...one, replacement: '' }));
    return { folded: measure(folded).parts, without: measure(putReplacements(folded, stuck)).parts };
  }

  function blanked(text, blanks, put) {
    return putReplacements(
      text,
      blanks.map(({ index, length }) => ({
        character: text.slice(index, index + length),
        index,
        replacement: put(length),
      })),
    );
  }

  function placesOf(words, text) {
    return words.flatMap((word) => {
      const places = [];
      for (let at = text.indexOf(word); at !== -1; at = text.indexOf(word, at + word.length)) {
        places.push({ index: at, length: word.length });
      }
      return places;
    });
  }
})();
