/** What an account has to choose from: asked of the runtime, kept for a while, offered below the field that takes it. */
(() => {
  window.smsEditor = window.smsEditor || {};
  /** Milliseconds for which the vendor is not asked again. */
  const KEPT = 60_000;
  const kept = new Map();

  /**
   * Promise of the choices `[{value, label?}]` that the account of the id `account` has for `name`. An account that is
   * not deployed as it stands is described as the editor has it.
   */
  smsEditor.choicesOf = (account, name) => {
    const node = RED.nodes.node(account);
    if (!node) return Promise.resolve([]);
    const asItStands = () => smsEditor.choicesOfDraft(draftOf(node), name);
    if (node.changed) return asItStands();
    const path = `sms-provider/${encodeURIComponent(account)}/choices/${name}`;
    return once([path], () => smsEditor.ask('GET', path)).catch((error) => {
      // A flow that is switched off runs none of its accounts.
      if (error.status !== 404) throw error;
      return asItStands();
    });
  };

  /** The same of an account as its open dialog says. */
  smsEditor.choicesOfDraft = (draft, name) =>
    once([name, draft], () => smsEditor.ask('POST', `sms-provider/choices/${name}`, draft));

  async function once(what, ask) {
    const key = JSON.stringify(what);
    const now = Date.now();
    for (const [known, { at }] of kept) if (now - at > KEPT) kept.delete(known);
    if (!kept.has(key)) kept.set(key, { at: now, asking: ask() });
    try {
      return (await kept.get(key).asking).choices;
    } catch (error) {
      kept.delete(key);
      throw error;
    }
  }

  /** What the editor knows of an account that is not being edited. */
  function draftOf(node) {
    const config = Object.fromEntries(Object.keys(node._def.defaults).map((name) => [name, node[name]]));
    const names = Object.keys(node._def.credentials);
    const known = names.map((name) => [name, smsEditor.storedCredential(node, name)]);
    return { id: node.id, config, credentials: Object.fromEntries(known.filter(([, value]) => value)) };
  }

  /**
   * Offers in the row of a TypedInput what the account chosen in the dialog has for `name`: a text that is written, or
   * taken from the list. Answers `follow(provider)`, to be called when the account changes.
   */
  smsEditor.offerTyped = (id, name) => {
    const typed = $(`#node-input-${id}`);
    const line = typed.next('.red-ui-typedInput-container').find('input.red-ui-typedInput-input');
    const offer = smsEditor.offer(line, {
      after: typed.next('.red-ui-typedInput-container'),
      ask: () => smsEditor.choicesOf($('#node-input-provider').val(), name),
      pick: (value) => typed.typedInput('type', 'str').typedInput('value', value),
      isOn: () => typed.typedInput('type') === 'str',
    });
    return { follow: (provider) => offer.show(Boolean(provider?.choices?.includes(name))) };
  };
})();
