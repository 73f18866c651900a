export const HELP = `Tributary: a customer data platform with journeys, on Ortto's wire

  npm start                                  the same as "serve"
  npm run demo [-- --exit]                   the whole story, against a sandbox of Kommo
  npm run tributary -- COMMAND [options]

Commands
  serve                                      run the server
  demo [--exit]                              play the story; with --exit, end with 0 only if every step was seen
  migrate                                    bring the database to the version of this code
  keys create --name NAME                    make an API key; it is printed alone on the last line, and never again
  keys list | keys revoke ID                 the keys there are; end one
  kommo connect --url URL --token TOKEN      connect a Kommo account (its address, a long-lived token)
  journeys list | on NAME | off NAME         the journeys there are; let people in, or no more
  journeys push FILE | DIR [--dry-run]       put journeys on as text files have them, with their templates
  journeys pull DIR                          write the live journeys as text files
  journeys validate | diff FILE | DIR        what is wrong with such files; where they and the workspace differ
  journeys schema                            the JSON Schema of such files, for editors
  journeys simulate FILE | NAME              play one through: the path, the messages, what decided; nothing is sent
  explain EMAIL [--journey NAME]             why somebody is in a journey or is not, and got a message or did not
  messages uncertain [list]                  mail of which nobody can tell whether it arrived
  messages uncertain resend ID | drop ID     send it again, under the same Message-ID; or let it be
  runs parked [list]                         runs that could not be moved, and why
  runs parked retry ID | end ID              try one again; or end it where it stands
  import people|activities FILE [--check]     take a CSV in; --check only says what it would do, --yes asks nothing
  export people|activities > FILE            everyone, or what they did, as CSV (--format ndjson)
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
  LOG_LEVEL             info unless told otherwise`;
