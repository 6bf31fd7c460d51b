import { type Authority, brokerFiles, mosquittoAcl, mosquittoConfig, writeBrokerFolder } from 'fengsui/authority';

/** After everything that is issued, claimed or revoked; then `systemctl reload mosquitto`. */
export const tellBroker = (authority: Authority, folder: string, port = 8883): Promise<void> =>
  writeBrokerFolder(authority, { folder, port });

/** The same as texts, for a broker on another machine or in a container, which has them in `folder`. */
export async function brokerTexts(authority: Authority, folder: string, port = 8883): Promise<Record<string, string>> {
  const { district, certificate } = authority;
  return {
    [brokerFiles.config]: mosquittoConfig({ district, folder, port }),
    [brokerFiles.acl]: mosquittoAcl(district, await authority.list(), await authority.claims.list()),
    [brokerFiles.authority]: certificate,
    [brokerFiles.revoked]: await authority.revocationList(),
  };
}
