/** The accounts that a message may go to instead: their list in the dialog, and that Node-RED knows of their use. */
(() => {
  window.smsEditor = window.smsEditor || {};
  const USER = 'sms-send';

  /** The ids of the fallback accounts of a node. */
  smsEditor.fallbackOf = (node) => smsEditor.migrated(node).fallback ?? [];

  /** Makes the list of the dialog. */
  smsEditor.fallbackList = (node, words) => {
    const list = $('#node-input-fallback-list').editableList({
      addItem: (container, _, account) => accountSelect(container, account, words.label),
      addButton: words.add,
      removable: true,
      sortable: true,
      height: 'auto',
    });
    for (const account of smsEditor.fallbackOf(node)) list.editableList('addItem', account);
  };

  /** What the open dialog says: each account once, without that of the node itself. */
  smsEditor.chosenFallback = () => {
    const items = $('#node-input-fallback-list').editableList('items').get();
    const accounts = new Set(items.map((item) => item.find('select').val()));
    return [...accounts].filter((account) => account && account !== $('#node-input-provider').val());
  };

  /**
   * One account, of those that Node-RED offers as the account of the node: here, and with a word for one that is switched
   * off. As wide as the list, however long the names are.
   */
  function accountSelect(container, account, label) {
    const select = $('<select style="width: 0; min-width: 100%; margin: 0">')
      .attr('aria-label', label)
      .appendTo(container);
    $('#node-input-provider option')
      .not('[value="_ADD_"], [value=""]')
      .clone()
      .prop('selected', false)
      .appendTo(select);
    if (typeof account !== 'string' || !account) return;
    const isOffered = select
      .children()
      .get()
      .some((option) => option.value === account);
    if (!isOffered) {
      const known = RED.nodes.node(account);
      $('<option>')
        .val(account)
        .text(known ? RED.utils.getNodeLabel(known) : account)
        .appendTo(select);
    }
    select.val(account);
  }

  /** Node-RED counts who uses an account by single properties: one that is only a fallback would count as unused. */
  function count(node, used = [node.provider, ...smsEditor.fallbackOf(node)]) {
    RED.nodes.eachConfig((account) => {
      if (account.type !== 'sms-provider') return;
      const others = account.users.filter((user) => user !== node);
      const users = used.includes(account.id) ? [...others, node] : others;
      if (users.length === account.users.length) return;
      account.users.splice(0, account.users.length, ...users);
      RED.events.emit('nodes:change', account);
    });
  }

  for (const event of ['nodes:add', 'nodes:change', 'editor:save'])
    RED.events.on(event, (node) => node.type === USER && count(node));
  RED.events.on('nodes:remove', (node) => {
    if (node.type === USER) count(node, []);
    // Node-RED looks at those that use an account while it is still there.
    if (node.type === 'sms-provider') for (const user of node.users) RED.editor.validateNode(user);
  });
})();
