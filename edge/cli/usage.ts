export const usage = `fengsui: fire-safety edge gateway

  fengsui run --config FILE       run the gateway
  fengsui config check FILE       validate a configuration and show what it would do
  fengsui config schema           print the JSON Schema of the configuration, for editors
  fengsui keygen                  make a key pair for an operator
  fengsui --version | --help

Exit codes: 0 ok, 1 used wrongly, 2 configuration not valid, 3 failed while running.
`;
