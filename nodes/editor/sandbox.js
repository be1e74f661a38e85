/** The mark of what uses the sandbox: nobody must take an SMS that never left for one that was sent. */
(() => {
  window.smsEditor = window.smsEditor || {};
  const SVG = 'http://www.w3.org/2000/svg';
  const HEIGHT = 13;
  const USERS = /^(sms-(?!provider$|store$)|webhook-in$)/;

  /** Whether the account of this id is on the sandbox. */
  smsEditor.isSandboxed = (id) => {
    const account = id ? RED.nodes.node(id) : undefined;
    return account?.type === 'sms-provider' && smsEditor.migrated(account).sandbox === true;
  };

  const isMarked = (node) => smsEditor.isSandboxed(node.provider) || hasSandboxedFallback(node);
  const hasSandboxedFallback = (node) => [node.fallback ?? []].flat().some(smsEditor.isSandboxed);

  RED.view.annotations.register('sms-sandbox', {
    type: 'badge',
    class: 'sms-sandbox-badge',
    filter: ({ type }) => USERS.test(type),
    element: () => badge(smsEditor.text('shared.sandbox')),
    tooltip: (node) =>
      smsEditor.text(smsEditor.isSandboxed(node.provider) ? 'shared.sandboxed' : 'shared.sandboxedFallback'),
    show: isMarked,
  });

  /** A word on a plate; its width is set, for a badge is placed by its width before it is drawn. */
  function badge(word) {
    const width = word.length * 5.2;
    const plate = element('rect', { width: width + 10, height: HEIGHT, rx: 3 });
    const text = element('text', { x: 5, y: HEIGHT - 3.5, textLength: width, lengthAdjust: 'spacingAndGlyphs' });
    text.textContent = word;
    const group = element('g', {});
    group.append(plate, text);
    return group;
  }

  function element(name, attributes) {
    const made = document.createElementNS(SVG, name);
    for (const [attribute, value] of Object.entries(attributes)) made.setAttribute(attribute, value);
    return made;
  }

  RED.events.on('nodes:change', (account) => {
    if (account.type !== 'sms-provider') return;
    for (const user of account.users ?? []) user.dirty = true;
    RED.view.redraw();
  });
})();
