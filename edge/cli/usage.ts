export const usage = `fengsui: fire-safety edge gateway

  fengsui run --config FILE       run the gateway
  fengsui config check FILE       validate a configuration and show what it would do
  fengsui config schema           print the JSON Schema of the configuration, for editors
  fengsui profiles [--json] [--lang zh|en]
                                  the devices that Fengsui knows, and how they come from the works
  fengsui keygen                  make a key pair for an operator
  fengsui alarms list --config FILE [--json] [--lang zh|en]
                                  what stands on the running gateway, most urgent first, and why
  fengsui bus stat --config FILE [BUS] [--watch] [--json | --prometheus] [--lang zh|en]
                                  how well the buses of the running gateway do: requests, answers, time-outs,
                                  damage, turnaround. --watch shows them anew every 2 s; --prometheus prints
                                  metrics for the textfile collector of node_exporter
  fengsui uplink stat --config FILE [--json] [--lang zh|en]
                                  whether the running gateway is heard: its uplinks, how long alarms take from hop to
                                  hop until the platform confirms them, and what nobody has confirmed
  fengsui history --config FILE --device ID [--point NAME]... [--from 7d] [--to 2026-11-25T08:00] [--every 1h]
                    [--csv | --senml | --json] [--lang zh|en]
                                  what the running gateway has read, also of long ago. --from and --to are times, or how
                                  long ago: 90m, 7d; the last 24 hours unless given. --every sums up: count, min, max,
                                  mean, last of each span
  fengsui records --config FILE [--last 100] [--json] [--lang zh|en]
                                  what outputs of the running gateway were told and did, and who did what on it
  fengsui device add 3 --profile PROFILE --name NAME --config FILE [--bus BUS] [--id ID] [--place TEXT] [--poll S]
                    [--set low=0.2]... [--lang zh|en]
                                  put a device at address (or GPIO line) 3 of the running gateway to work, at once
  fengsui device change ID --config FILE [--unit N | --line N] [--bus BUS] [--name NAME] [--place TEXT] [--poll S]
                    [--profile PROFILE] [--set low=0.2]... [--lang zh|en]
                                  --set low=0.2 is a setting, --set low.limit=0.2 of a condition; --set low= takes it back
  fengsui device remove ID --config FILE [--lang zh|en]
  fengsui device list --config FILE [--json] [--lang zh|en]
                                  all devices, where they come from, and where site and platform are at odds
  fengsui scan LINE [--bauds 9600,4800] [--parities none,even,odd] [--units 1-32] [--all] [--resume FILE]
                    [--json] [--lang zh|en]
                                  who is on a line: speed, parity, addresses (also doubled ones) and likely profiles.
                                  Only reads. Stays at the first speed at which somebody answers; --all tries the
                                  others too. FILE keeps how far it came: give it again to go on after Ctrl-C
  fengsui detect LINE --unit 3 --shows 0.421 [--from 0 --to 50] [--table holding|input|both]
                    [--baud 9600 --parity none] [--json] [--lang zh|en]
                                  which register, type, byte order and scale give what the dial shows. Asks for
                                  more values until one way is left; --shows 0.421,0.430 waits for each
  fengsui alarms replay --profile PROFILE --csv FILE [--set low=0.14]... [--point NAME]
                    [--level normal|heightened|severe] [--json] [--lang zh|en]
                                  what a gateway would have raised over recorded data: columns timestamp, value
                                  (or points by their names), quality. --set tries another limit: a setting by its
                                  name, or low.limit, low.deadband, low.onDelayMs, low.offDelayMs of a condition
  fengsui identity --config FILE [--uplink ID]
                                  make the gateway's own key, unless it is there, and print the request for its certificate
  fengsui enroll CODE --config FILE [--service URL] [--ticket FILE] [--lang zh|en]
                                  obtain the gateway's certificate with a claim code, typed or as the QR code holds it, and
                                  write FILE where there is none. With --ticket it works without a network, and the gateway
                                  finishes it by itself as soon as there is one
  fengsui authority init --folder DIR --district 330603
                                  make the certificate authority of a district
  fengsui authority issue KIND NAME --folder DIR (--request FILE | --new-key FILE) [--days N] [--out FILE]
                                  sign a certificate: gateway NAME --town 001, town NAME --town 001 (its command centre),
                                  district NAME (one process of the platform), broker NAME --host HOST...
  fengsui authority renew NAME --folder DIR [--request FILE] [--days N] [--out FILE]
  fengsui authority renew-due --folder DIR --url mqtts://HOST:8883... --cert FILE --key FILE --operator NAME
                    --operator-key FILE [--before-days 90] [--days N] [--dry-run] [--json] [--lang zh|en]
                                  renew the certificates of all gateways that end within so many days, over the network,
                                  and list the others that do; for a timer, once a day. --operator signs, as the gateways
                                  know it. Exit code 4: somebody has to do something
  fengsui authority revoke NAME --folder DIR --why stolen|retired|replaced
                                  NAME as in the list, or a serial number
  fengsui authority list --folder DIR [--json] [--lang zh|en]
  fengsui authority claim GATEWAY --town 001 --folder DIR [--name NAME] [--village 201] [--hours 24 | --days N]
                    [--broker URL]... [--operator NAME=KEY[:ROLE,...]]... [--service URL] [--qr] [--svg FILE]
                    [--ticket FILE]
                                  make a claim code for an installer; brokers, operators and service as in the last one
                                  unless given. Roles: receipts, configure, operate, life-safety, renew; all but
                                  life-safety unless given
  fengsui authority claims --folder DIR [--json] [--lang zh|en]
  fengsui authority cancel GATEWAY --folder DIR
  fengsui authority serve --folder DIR --listen HOST:PORT [--cert FILE --key FILE]
                                  let gateways enrol over the network
  fengsui broker mosquitto-config --folder DIR [--out DIR] [--port 8883]
                                  configuration, rules and revocations for mosquitto, from the authority's register
  LINE is --port /dev/serial/by-id/…, --tcp HOST:PORT or --rtu-over-tcp HOST:PORT.
  Stop a gateway that uses the port first. Below zero: --shows=-12.5
  fengsui --version | --help

Exit codes: 0 ok, 1 used wrongly, 2 configuration not valid, 3 failed while running, 4 somebody has to do something.
`;
