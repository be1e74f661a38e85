/** What the dialogs have in common: typed inputs, folds, and controls that the chosen account cannot use. */
(() => {
  window.smsEditor = window.smsEditor || {};
  const { migrated, versionToStore } = smsEditor.require('runtime/migrate');

  /** Where a value may come from. */
  const SOURCES = {
    text: ['msg', 'flow', 'global', 'str', 'jsonata', 'env'],
    sender: ['str', 'msg', 'flow', 'global', 'jsonata', 'env'],
    key: ['str', 'msg', 'flow', 'global', 'jsonata'],
    time: ['str', 'msg', 'flow', 'global', 'num', 'jsonata', 'env'],
    list: ['msg', 'flow', 'global', 'str', 'json', 'jsonata', 'env'],
    object: ['json', 'msg', 'flow', 'global', 'jsonata'],
  };

  /** What an old node says, in the shape of today; the node itself stays as it is until somebody presses Done. */
  smsEditor.migrated = (node) => migrated({ ...node, type: node.type });

  /**
   * Shows what an old node, or one written by hand, does not say: what it runs with, else the default. Done stores it
   * in the shape of today.
   */
  smsEditor.fillIn = (node, prefix = 'node-input-') => {
    const unsaid = {};
    const dialog = $(`#${prefix}name`).closest('.sms-dialog').data({ defaults: node._def.defaults, node, unsaid });
    const today = smsEditor.migrated(node);
    for (const [name, { value, type }] of Object.entries(node._def.defaults)) {
      // A list of config nodes is filled in by Node-RED.
      if (node[name] !== undefined || typeof value === 'object' || type) continue;
      const control = $(`#${prefix}${name}`);
      const shown = today[name] ?? value;
      unsaid[name] = shown;
      if (control.is(':checkbox')) control.prop('checked', shown);
      else control.val(shown);
    }
    $('<input type="hidden">').attr('id', `${prefix}version`).val(versionToStore(node)).appendTo(dialog);
  };

  /** Makes `#node-input-<name>` a TypedInput whose type is kept in `#node-input-<name>Type`. */
  smsEditor.typed = (name, kind) => {
    const types = SOURCES[kind];
    const field = $(`#node-input-${name}`);
    field.typedInput({ default: types[0], types, typeField: $(`#node-input-${name}Type`) });
    smsEditor.nameLine(field);
    if (kind === 'list') smsEditor.asMeant(field, 'number');
    return field;
  };

  /** Gives the line of a TypedInput the name of its row, for a screen reader: Node-RED leaves it with the field that is hidden. */
  smsEditor.nameLine = (field) => {
    const label = field.closest('.form-row').children('label').first();
    const id = `sms-name-of-${label.attr('for')}`;
    label.attr('id', id);
    field.next('.red-ui-typedInput-container').find('input.red-ui-typedInput-input').attr('aria-labelledby', id);
  };

  /** Opens the folds in which something differs from its default, so that no setting that matters is out of sight. */
  smsEditor.openFolds = (node, prefix = 'node-input-') => {
    for (const fold of $(`#${prefix}name`).closest('.sms-dialog').find('details.sms-fold').get()) {
      const controls = $(fold).find(`[id^="${prefix}"]`).get();
      const properties = controls.map((control) => control.id.slice(prefix.length).replace(/-list$/, ''));
      if (properties.some((property) => isChanged(node, property))) fold.open = true;
    }
  };

  function isChanged(node, property) {
    const definition = node._def.defaults[property];
    if (!definition) return false;
    const value = node[property];
    return value !== undefined && value !== '' && String(value) !== String(definition.value);
  }

  /**
   * Keeps the dialog in step with the chosen account: a row with `data-sms-needs="<capability> …"` is switched off, with
   * the provider's sentence below it, when the provider lacks all of them. A row that somebody filled in stays open: it
   * must be possible to empty it. `onAccount(provider)` is called at each change; provider is undefined without an account.
   */
  smsEditor.followAccount = (onAccount) => {
    const account = $('#node-input-provider');
    const dialog = account.closest('.sms-dialog');
    const mark = $('<div class="sms-note sms-sandboxed" role="status">').insertAfter(account.closest('.form-row'));
    const update = async () => {
      const trouble = dialog.find('.sms-trouble');
      const chosen = account.val();
      smsEditor.say(mark, 'plain', smsEditor.isSandboxed(chosen) ? smsEditor.text('shared.sandboxed') : '');
      let provider;
      try {
        provider = await smsEditor.providerOfAccount(chosen);
        smsEditor.say(trouble, 'plain', '');
      } catch (error) {
        smsEditor.say(trouble, 'bad', error.message);
      }
      if (account.val() !== chosen) return;
      nameAccounts(dialog.find('#node-input-provider, #node-input-fallback-list select'));
      smsEditor.allowAll(dialog, provider);
      onAccount?.(provider);
    };
    account.on('change', update);
    update();
  };

  /** An account without a name is called as its provider, which nobody knew when the first dialog was opened. */
  function nameAccounts(selects) {
    for (const option of selects.find('option').get()) {
      const account = RED.nodes.node(option.value);
      if (account && !account.name && !account.d) option.textContent = RED.utils.getNodeLabel(account, account.id);
    }
  }

  /** Switches each row of a dialog on or off by what `provider` can do; a sentence that several share is said once. */
  smsEditor.allowAll = (dialog, provider) => {
    const said = new Set();
    for (const row of dialog.find('[data-sms-needs]').get()) smsEditor.allow($(row), provider, said);
  };

  /** Switches one row on or off; a sentence that was `said` already is not repeated. */
  smsEditor.allow = (row, provider, said = new Set()) => {
    const why = smsEditor.whyNot(provider, row.attr('data-sms-needs'));
    const control = row.find('[id^="node-input-"], [id^="node-config-input-"]').first();
    const off = why !== undefined && isUntouched(control);
    row.toggleClass('sms-off', off);
    row.find('input, select, button').not('[type="hidden"]').prop('disabled', off);
    if (control.next('.red-ui-typedInput-container').length) control.typedInput('disable', off);
    row.find('.sms-why').remove();
    if (why !== undefined && !said.has(why)) $('<div class="sms-hint sms-why">').text(why).appendTo(row);
    said.add(why);
  };

  /** Empty, or as it is in a new node, or as nobody has said it. */
  function isUntouched(control) {
    const { defaults = {}, unsaid = {} } = control.closest('.sms-dialog').data() ?? {};
    const name = control.attr('id')?.replace(/^node-(config-)?input-/, '');
    const standard = unsaid[name] ?? defaults[name]?.value;
    if (control.is(':checkbox')) return control.prop('checked') === Boolean(standard);
    const value = String(control.val() ?? '');
    const type = $(`#${control.attr('id')}Type`).val();
    return value === '' || (value === String(standard) && (!type || type === defaults[`${name}Type`]?.value));
  }

  /** Shows a line of `kind` good, bad or plain in `place`; an empty text hides it. Never takes HTML. */
  smsEditor.say = (place, kind, text) => {
    place
      .removeClass('sms-good sms-bad')
      .toggle(Boolean(text))
      .text(text || '');
    if (kind !== 'plain') place.addClass(`sms-${kind}`);
  };

  /** While `work` runs the button is off; its answer `{ok, message, detail?}` or its failure is shown in `place`. */
  smsEditor.run = async (button, place, work) => {
    button.prop('disabled', true);
    smsEditor.say(place, 'plain', smsEditor.text('shared.working'));
    try {
      const { ok, message, detail } = await work();
      smsEditor.say(place, ok ? 'good' : 'bad', detail ? `${message} ${detail}` : message);
    } catch (error) {
      smsEditor.say(place, 'bad', error.message);
    }
    button.prop('disabled', false);
    // The button may be at the lower edge of the dialog, its answer below.
    place[0].scrollIntoView({ block: 'nearest' });
  };
})();
