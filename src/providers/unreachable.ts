/** What a person can do when a server cannot be reached, by the code that the network gave. */

const ADVICE: readonly (readonly [code: RegExp, advice: string])[] = [
  [
    /^(ENOTFOUND|EAI_)/,
    'No such name is known here: check the spelling of the base URL of the account, and the name service of this machine.',
  ],
  [
    /^ECONNREFUSED$/,
    "Nothing listens at that address: check host and port in the base URL of the account, and the vendor's status page.",
  ],
  [
    /^(EHOSTUNREACH|ENETUNREACH|ENETDOWN)$/,
    'There is no way from here to that address: check the network and the firewall.',
  ],
  [
    /^(ERR_SSL_WRONG_VERSION_NUMBER|EPROTO)$/,
    'It does not speak TLS at that port: check whether the base URL of the account should begin with http://, and its port.',
  ],
  [/ALTNAME/, 'Its certificate is for another name: check the spelling of the base URL of the account.'],
  [/EXPIRED|NOT_YET_VALID/, 'Its certificate is not valid today: check the clock of this machine, and ask the vendor.'],
  [
    /CERT|SELF_SIGNED|UNABLE_TO|SSL|TLS/,
    'Its certificate is not one that this machine trusts: check the base URL of the account; if a proxy of yours opens TLS, give Node-RED its authority by NODE_EXTRA_CA_CERTS.',
  ],
];

const GENERAL = "Check the network, the base URL of the account and the vendor's status page.";

export function adviceFor(code: string): string {
  return ADVICE.find(([pattern]) => pattern.test(code))?.[1] ?? GENERAL;
}
