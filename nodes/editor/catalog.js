/** What the dialogs know of the providers: the admin API's catalog, and which account belongs to which provider. */
(() => {
  window.smsEditor = window.smsEditor || {};
  const NAMESPACE = '@smsflow/node-red-sms/sms-provider:';
  let loading;
  let known = [];

  /** A label of the account's catalogue, which holds what several dialogs share; `fallback` when there is none. */
  smsEditor.text = (key, values, fallback) => {
    const full = NAMESPACE + key;
    const text = RED._(full, values);
    return text === full || text === key ? (fallback ?? text) : text;
  };

  /** Promise of the providers. Asked once per page; a failure is forgotten, so that the next dialog asks again. */
  smsEditor.providers = () => {
    loading ??= smsEditor.ask('GET', 'sms-provider/catalog').then(
      (answer) => {
        known = answer.providers;
        return known;
      },
      (error) => {
        loading = undefined;
        throw error;
      },
    );
    return loading;
  };

  /** The provider of this id, if the catalog is here already. */
  smsEditor.provider = (id) => known.find((provider) => provider.id === id);

  /** Promise of the provider of an account (the id of an sms-provider node); undefined when there is no such account. */
  smsEditor.providerOfAccount = async (account) => {
    const node = RED.nodes.node(account);
    if (!node) return undefined;
    const providers = await smsEditor.providers();
    return providers.find((provider) => provider.id === node.provider);
  };

  /** The sentence why a provider cannot do something; undefined when it can, or when nothing is known. */
  smsEditor.whyNot = (provider, verb) => {
    const can = provider?.capabilities[verb];
    return typeof can === 'string' ? can : undefined;
  };

  /** Asks the admin API. Relative to the editor's page, so that httpAdminRoot holds. Rejects with a sentence to show. */
  smsEditor.ask = (method, path, body) =>
    new Promise((resolve, reject) => {
      const json = body === undefined ? undefined : JSON.stringify(body);
      $.ajax({ method, url: path, data: json, contentType: 'application/json', dataType: 'json' })
        .done(resolve)
        .fail((answer) => {
          const error = new Error(reason(answer));
          error.status = answer.status;
          reject(error);
        });
    });

  function reason(answer) {
    const told = answer.responseJSON?.message;
    if (told) return told;
    if (answer.status === 0) return smsEditor.text('shared.unreachable');
    if (answer.status === 401 || answer.status === 403) return smsEditor.text('shared.forbidden');
    return smsEditor.text('shared.refused', { status: answer.status });
  }
})();
