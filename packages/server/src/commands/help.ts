export const HELP = `Tributary: a customer data platform with journeys, on Ortto's wire

  npm start                                  the same as "serve"
  npm run demo [-- --exit]                   the whole story, against a sandbox of Kommo
  npm run tributary -- COMMAND [options]     "help COMMAND" tells of one

Commands
  serve                                      run the server
  demo [--exit]                              play the story; with --exit, end with 0 only if every step was seen
  migrate                                    bring the database to the version of this code
  backup FOLDER                              copy the data folder into a new one, while the server runs or not
  keys create --name NAME                    make an API key; it is printed alone on the last line, and never again
  keys list | keys revoke ID                 the keys there are; end one
  kommo connect --url URL --token TOKEN      connect a Kommo account (its address, a long-lived token, also
                                             KOMMO_TOKEN); --new-secret where the webhook's has leaked
  kommo backfill [--again]                   read the contacts and deals that were there before; tell how far that is
  kommo disconnect                           end the connection; what was still to be written to it fails
  ortto connect --url us|au|eu|URL --key KEY  connect an Ortto account (a private API key, also ORTTO_KEY); --bridge
                                             makes there what Kommo records with; --new-secret where the webhook's has leaked
  ortto disconnect                           end the connection
  journeys list | on NAME | off NAME         the journeys there are; let people in, or no more
  journeys push FILE | DIR [--dry-run]       put journeys on as text files have them, with their templates
  journeys pull DIR                          write the live journeys as text files
  journeys validate | diff FILE | DIR        what is wrong with such files; where they and the workspace differ
  journeys schema                            the JSON Schema of such files, for editors
  journeys simulate FILE | NAME              play one through: the path, the messages, what decided; nothing is sent;
                                             --offline needs no workspace, and takes a file alone
  journeys show NAME                         how it stands: who is where, what is wrong with its draft
  journeys publish NAME [--move] [--yes]     make its draft live; --move moves people inside, --map OLD=NEW says where to
  journeys pause|resume|drain|archive|restore NAME      hold everybody; go on; let nobody in; put away; bring back
  journeys on|off NAME SHAPE                 switch a shape on or off for everybody inside
  journeys duplicate NAME | rename NAME NEW  a copy as a draft; another name
  journeys history NAME | compare NAME [FROM] [TO]      who did what; what differs between two versions, live, draft
  journeys runs NAME [--state S] [--shape S] everyone's way through it, the newest first; also --limit, --before RUN
  journeys end NAME RUN | move-on NAME RUN|SHAPE        end a run; let one, or all at a shape, go on
  journeys winner NAME SHAPE [VARIANT]       how the versions of an e-mail do; say which has won
  journeys try NAME EMAIL [--skip-waits]     let one person go through its draft for real
  journeys trigger NAME --email ADDRESS      put people in now, --email for each; --with JSON is what their runs know
  journeys enrol NAME --audience A           put an audience in, or --filter JSON, or both
  explain EMAIL [--journey NAME | --all]     why somebody is in a journey or is not, and got a message or did not
  messages uncertain [list]                  mail of which nobody can tell whether it arrived
  messages uncertain resend ID | drop ID     send it again, under the same Message-ID; or let it be
  messages receive [FILE]…                   take in mail as it came, from standard input or files: answers and bounces
  sending show                               how many e-mails a person gets at most, and when
  sending set --cap 1/16h|none --hours …     change that; also --wait-days, --when-capped, --days, --zone, --timezone
  runs parked [list]                         runs that could not be moved, and why
  runs parked retry ID | end ID              try one again; or end it where it stands
  import KIND FILE [--check]                 take a CSV in; --check only says what it would do, --yes asks nothing.
                                             KIND: people, accounts, activities, account-activities
  export KIND > FILE                         all of them as CSV (--format ndjson)
  doctor                                     what is wrong with this installation, and what to do
  help                                       this

Options
  --data DIR      the folder of the embedded database (default ./data; also DATA_DIR)
  --port PORT     where to listen (default 8080; also PORT)

Environment
  DATABASE_URL          a PostgreSQL (15 or newer) of your own instead of the embedded one
  HOST                  127.0.0.1 unless told otherwise
  PUBLIC_URL            how links in e-mails and webhooks reach this server
  SMTP_URL              smtp://user:password@host:port; without it mail goes to the built-in mailbox at /mailbox
  MAIL_FROM             "Your team <hello@example.com>"
  MAIL_WHEN_UNCERTAIN   resend (default) or hold: mail whose SMTP answer was lost in a crash
  REPLIES_IMAP_URL      imaps://user:password@host/INBOX: mailboxes that replies come to, with spaces between
  LIMIT_PER_KEY, LIMIT_PER_ADDRESS, LIMIT_BAD_REQUESTS, LIMIT_BAD_KEYS
                        requests/seconds, such as 30/1 or 2000/10,6000/60; without them nothing is refused
  LIMIT_ACTIVITIES_PER_DAY  of a kind and a person, through the API
  TRUST_PROXY           addresses of the proxies in front, such as 127.0.0.1
  KOMMO_TOKEN, ORTTO_KEY  for "kommo connect" and "ortto connect": unlike options, no list of processes shows them
  LOG_LEVEL             info unless told otherwise`;

/** Where more is told of a command. */
const DOCS: Readonly<Record<string, string>> = {
  kommo: 'docs/kommo.md',
  ortto: 'docs/ortto.md',
  journeys: 'docs/journeys.md, docs/journeys-text.md, docs/journeys-entry.md, docs/simulate.md',
  explain: 'docs/simulate.md',
  messages: 'docs/replies.md',
  sending: 'docs/sending.md',
  import: 'docs/import-export.md',
  export: 'docs/import-export.md',
};

/** What is said of one command, or of one of its forms where `verb` is one. */
export function helpOn(command: string, verb: string | undefined, options: readonly string[]): string {
  const forms = HELP.split(/\n(?= {2}\S)/)
    .map((form) => form.split('\n\n')[0]!)
    .filter((form) => form.startsWith(`  ${command} `));
  const ofVerb = forms.filter(
    (form) =>
      verb !== undefined &&
      headOf(form)
        .split(/[\s|]+/)
        .includes(verb),
  );
  const more = [
    ...(options.length > 0 && ofVerb.length === 0
      ? [`Options: ${options.map((option) => `--${option}`).join(' ')}`]
      : []),
    ...(DOCS[command] ? [`More: ${DOCS[command]}`] : []),
  ];
  return [(ofVerb.length > 0 ? ofVerb : forms).join('\n'), ...(more.length > 0 ? [more.join('\n')] : [])].join('\n\n');
}

/** How it is written, without what is said of it. */
const headOf = (form: string): string => form.trimStart().split(/ {2,}/)[0]!;
