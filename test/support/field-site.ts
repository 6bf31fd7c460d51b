/** A gateway's configuration for tests: what every one of them needs, and what is given. */
export const fieldSite = (parts: {
  /** Its port; several are nodes of one cluster. */
  readonly broker: number | readonly number[];
  readonly buses: string;
  readonly linkage?: string;
  readonly key?: string;
  /** Of the operator, as a list in YAML. */
  readonly roles?: string;
}): string => `version: 1
gateway: { id: test-01, name: Test, district: "330603", town: "001", clock: trusted }
uplinks: [{ urls: [${[parts.broker]
  .flat()
  .map((port) => `"mqtt://127.0.0.1:${port}"`)
  .join(', ')}] }]
${parts.key === undefined ? '' : `operators: [{ name: tester, key: "${parts.key}"${parts.roles === undefined ? '' : `, roles: ${parts.roles}`} }]\n`}journal: { commitMs: 200 }
buses:
${parts.buses}
${parts.linkage ?? ''}`;
